import Model
import Registry
import Testing
import Values

@testable import Crontool

/// The entries that our own loader finds in what is made of a crontab.
func imported(_ text: String, path: String = "tab", isSystem: Bool = false) throws -> [Entry] {
    let result = CrontabImport(
        [CrontabFile(path: path, bytes: Array(text.utf8), isSystem: isSystem)], namespace: "crontab", zones: zones)
    try #require(result.errors.isEmpty, "\(result.errors)")
    return try entries(of: result)
}

func entries(of result: CrontabImport) throws -> [Entry] {
    let load = RegistrySnapshot.load([
        RegistryFile(path: "registry.yaml", bytes: Array(result.registry.utf8), isNamed: true)
    ])
    return try #require(load.snapshot, "\(load.errors.map(\.rendered))\n\(result.registry)").entries
}

private func registry(_ text: String) -> String {
    CrontabImport([CrontabFile(path: "tab", bytes: Array(text.utf8), isSystem: false)], namespace: "n", zones: zones)
        .registry
}

@Suite("A line of a crontab")
struct CrontabImportTests {
    @Test("becomes an entry of the kind function.exec")
    func entry() throws {
        let entry = try #require(try imported("30 2 * * *  /opt/backup.sh --all").first)
        #expect(entry.id.description == "crontab:backup")
        #expect(entry.kind == "function.exec")
        #expect(entry.data == .init([("command", .string("/opt/backup.sh --all")), ("shell", .string("/bin/sh"))]))
        #expect(entry.meta == .init([("type", .string("cron.job")), ("schedule", .string("30 2 * * *"))]))
    }

    @Test(
        "keeps its schedule, with one blank between the fields",
        arguments: [
            ("  */5\t9-17  * jan,jul MON x", "*/5 9-17 * jan,jul MON"), ("@Reboot x", "@reboot"),
            ("@daily x", "@daily"), ("@every 10s x", "@every 10s"), ("0 0 1 * 7 x", "0 0 1 * 7"),
        ])
    func schedule(line: String, schedule: String) throws {
        #expect(try imported(line).map { $0.meta["schedule"] } == [.string(schedule)])
    }

    @Test("names its user in the system's format")
    func user() throws {
        let entry = try imported("5 4 * * * www-data  a b", isSystem: true).first
        #expect(entry?.data["user"] == .string("www-data"))
        #expect(entry?.data["command"] == .string("a b"))
        #expect(try imported("5 4 * * * www-data a").first?.data["command"] == .string("www-data a"))
        #expect(
            try imported("@daily a", path: "/var/spool/cron/crontabs/ada").first?.data["user"] == .string("ada"))
    }

    @Test("belongs to the user who is named for the file, unless the line names one")
    func owner() throws {
        let files = [false, true].map {
            CrontabFile(path: "tab", bytes: Array("@daily root a".utf8), isSystem: $0, owner: "ada")
        }
        let result = CrontabImport(files, namespace: "n", zones: zones)
        #expect(try entries(of: result).map { $0.data["user"]?.string } == ["ada", "root"])
    }

    @Test(
        "is in the system's format where cron has it so",
        arguments: [
            ("/etc/crontab", true), ("/etc/cron.d/php", true), ("/etc/cron.d", false), ("etc/crontab", false),
            ("/etc/cron.d/a/b", false), ("/var/spool/cron/crontabs/root", false), ("/home/etc/cron.d/x", false),
        ])
    func systemPath(path: String, isSystem: Bool) {
        #expect(CrontabFile.isSystemPath(path) == isSystem)
    }

    @Test("goes by the time zone and the shell that were named above it, and the environment")
    func settings() throws {
        let entries = try imported(
            """
            * * * * * one
            CRON_TZ=Europe/Riga
            TZ = America/New_York
            PATH=/bin
            SHELL=/bin/bash
            * * * * * two
            @reboot three
            PATH=/usr/bin
            CRON_TZ=
            SHELL=""
            * * * * * four
            """)
        #expect(entries.map { $0.meta["timezone"] } == [nil, .string("Europe/Riga"), nil, nil])
        #expect(entries.map { $0.data["shell"]?.string } == ["/bin/sh", "/bin/bash", "/bin/bash", "/bin/sh"])
        #expect(entries[0].data["environment"] == nil)
        let environment = entries[1].data["environment"]?.map
        #expect(environment?.keys == ["TZ", "PATH", "SHELL"])
        #expect(environment?["TZ"] == .string("America/New_York"))
        #expect(entries[3].data["environment"]?["PATH"] == .string("/usr/bin"))
    }

    @Test("keeps the comment directly above it")
    func comment() throws {
        let entries = try imported(
            """
            # About the file

            # -------
            #   Saves all,
            #every night.
            # -------
            @daily one
            @daily two
            # m h  dom mon dow   command
            @daily three
            # Not about this
            MAILTO=a
            @daily four
            """)
        #expect(
            entries.map { $0.meta["comment"]?.string } == ["Saves all,\nevery night.", nil, nil, nil])
    }

    @Test("leaves what has no counterpart as a comment of the registry")
    func remarks() {
        let text = registry("# Only words\nMAILTO=\"a@b\"\nLOGNAME=x\n@daily y")
        #expect(text.contains("\n  # Only words\n"))
        #expect(text.contains("\n  # tab:2: MAILTO=a@b is not supported: cronsupd sends no mail.\n"))
        #expect(text.contains("\n  # tab:3: LOGNAME=x is not supported: it follows from the user.\n"))
        #expect(!text.contains("environment"))
    }

    @Test("is an entry each, also from several files, and none is fine")
    func files() throws {
        let files = ["@daily a", "", "@daily a\n@daily b"].map {
            CrontabFile(path: "tab", bytes: Array($0.utf8), isSystem: false)
        }
        let result = CrontabImport(files, namespace: "n", zones: zones)
        #expect(try entries(of: result).map(\.id.description) == ["n:a", "n:a-2", "n:b"])
        #expect(try imported("# nothing\n").isEmpty)
    }
}

@Suite("A line of a crontab that is wrong")
struct CrontabErrorTests {
    private func errors(_ text: String, isSystem: Bool = false) -> [String] {
        CrontabImport(
            [CrontabFile(path: "tab", bytes: Array(text.utf8), isSystem: isSystem)], namespace: "n", zones: zones
        )
        .errors
    }

    @Test(
        "is named with its place",
        arguments: [
            ("* * * *", "1:1: 4 of five fields; expected minute, hour, day of month, month, day of week"),
            ("\n * * * * *  ", "2:2: no command; expected one after the schedule"),
            ("* 1,99 * * * x", "1:5: '99' in the hour is out of range; expected 0 to 23"),
            (
                "*  *\t* * sat-mon x",
                "1:10: 'sat-mon' in the day of week ends before it begins; expected its two halves: sat,sun-mon"
            ),
            ("  61 * * * * x", "1:3: '61'"), ("0 0 30 2 * x", "1:5: never comes: no month has such a day"),
            (
                "CRON_TZ=Europe/Rig",
                "1:1: CRON_TZ: 'Europe/Rig' is no time zone of this machine; did you mean 'Europe/Riga'?"
            ),
            ("@daily a\0b", "1:9: has a NUL"), ("@every x", "1:8: the duration"),
        ])
    func places(text: String, error: String) {
        let errors = errors(text)
        #expect(errors.count == 1 && errors[0].hasPrefix("tab:\(error)"), "\(errors)")
    }

    @Test("in the system's format needs a user")
    func user() {
        #expect(
            errors("@daily  -x y", isSystem: true) == [
                "tab:1:9: '-x' is no user's name; expected one in the sixth column"
            ])
        #expect(
            errors("@daily root", isSystem: true) == [
                "tab:1:1: no command; expected one after the schedule and the user"
            ])
    }

    @Test("does not keep the others from being read")
    func all() {
        #expect(
            errors("x\n@daily fine\n61 * * * * y\n\n* * * * *").map { $0.prefix(6) } == ["tab:1:", "tab:3:", "tab:5:"])
        let notText = CrontabImport(
            [CrontabFile(path: "tab", bytes: [0x40, 0xFF, 0x0A, 0x78], isSystem: false)], namespace: "n", zones: zones)
        #expect(notText.errors.map { $0.prefix(6) } == ["tab:1:", "tab:2:"])
    }
}
