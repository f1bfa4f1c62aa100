import Crontabs
import Model
import Registry
import Testing
import Values

@testable import Crontool

@Suite("A line of a crontab")
struct CrontabImportTests {
    @Test("becomes an entry of the kind function.exec")
    func entry() throws {
        let entry = try #require(try imported("30 2 * * *  /opt/backup.sh --all").first)
        #expect(entry.id.description == "crontab:backup")
        #expect(entry.kind == "function.exec")
        let environment = [("HOME", "/home/me"), ("LOGNAME", "me"), ("SHELL", "/bin/sh"), ("PATH", "/usr/bin:/bin")]
        #expect(
            entry.data
                == .init([
                    ("command", .string("/opt/backup.sh --all")), ("shell", .string("/bin/sh")),
                    ("working_directory", .string("-/home/me")), ("environment_inherit", .bool(false)),
                    ("environment", .map(.init(environment.map { ($0, .string($1)) }))),
                    ("leftovers", .string("leave")),
                ]))
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
        // All but the first of the blanks belong to the command.
        #expect(entry?.data["command"] == .string(" a b"))
        #expect(try imported("5 4 * * * www-data a", owner: "ada").first?.data["command"] == .string("www-data a"))
        #expect(
            try imported("@daily a", path: "/var/spool/cron/crontabs/ada").first?.data["user"] == .string("ada"))
        #expect(try imported("@daily www-data a", path: "/x/cron.d/php", isSystem: true).first?.id.name == "php")
    }

    @Test("belongs to the user who is named for the file, unless the line names one")
    func owner() throws {
        let files = [false, true].map {
            CrontabFile(path: "tab", bytes: Array("@daily root a".utf8), isSystem: $0, owner: "ada")
        }
        #expect(try entries(of: importing(files)).map { $0.data["user"]?.string } == ["ada", "root"])
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
        let standard = ["HOME", "LOGNAME", "SHELL", "PATH"]
        #expect(entries[0].data["environment"]?.map?.keys == standard)
        let environment = entries[1].data["environment"]?.map
        #expect(environment?.keys == standard + ["CRON_TZ", "TZ"])
        #expect(environment?["TZ"] == .string("America/New_York"))
        #expect(environment?["PATH"] == .string("/bin") && environment?["SHELL"] == .string("/bin/bash"))
        #expect(entries[3].data["environment"]?["PATH"] == .string("/usr/bin"))
    }

    @Test("keeps the comment directly above it")
    func comment() throws {
        let text = """
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
            # .------ minute (0 - 59)
            # |  .--- hour (0 - 23)
            @daily five
            """
        #expect(
            try imported(text).map { $0.meta["comment"]?.string } == [
                "Saves all,\nevery night.", nil, nil, nil, nil,
            ])
        // Nor does a picture of the columns stand anywhere else.
        let registry = registry(of: importing(text))
        #expect(!registry.contains("minute (0") && registry.contains("  # About the file\n"))
    }

    @Test("leaves what has no counterpart as a comment of the registry")
    func remarks() {
        let text = registry(of: importing("# Only words\nMAILTO=\"a@b\"\nLOGNAME=x\n@daily y\n"))
        #expect(text.contains("\n  # Only words\n"))
        #expect(text.contains("\n  # tab:2: MAILTO=a@b is not supported: cronsupd sends no mail\n"))
        #expect(text.contains("\n  # tab:3: LOGNAME=x is not supported: it follows from the user\n"))
        #expect(text.contains("      MAILTO: 'a@b'\n") && text.contains("      LOGNAME: me\n"))
    }

    @Test("may end with CR LF, and has nothing in a comment that would end it")
    func ends() throws {
        #expect(try imported("@daily x\r\n").first?.data["command"] == .string("x"))
        let result = importing("# one\u{85}two\u{2028}three\u{7}\nMAILTO=a\n@daily x\n")
        #expect(registry(of: result).contains("\n  # one two three \n"))
        #expect(try entries(of: result).count == 1)
    }

    @Test("is an entry each, also from several files, and none is fine")
    func files() throws {
        let files = ["@daily a", "", "@daily a\n@daily b"].map {
            CrontabFile(path: "tab", bytes: Array($0.utf8), isSystem: false)
        }
        let ids = try entries(of: importing(files)).map(\.id.description)
        #expect(ids[0].hasPrefix("crontab:a-") && ids[1] == ids[0] + "-2" && ids[2] == "crontab:b", "\(ids)")
        #expect(try imported("# nothing\n").isEmpty)
    }
}

@Suite("What an imported line finds around it")
struct CrontabSurroundingsTests {
    private func environment(_ entry: Entry?) -> [String: String] {
        let map = entry?.data["environment"]?.map ?? .init()
        return Dictionary(uniqueKeysWithValues: zip(map.keys, map.values.map { $0.string ?? "" }))
    }

    @Test("is the shell /bin/sh, whatever the user's own is, and the home directory")
    func account() throws {
        let entry = try imported("* * * * * www-data flock -n /tmp/l -c 'echo ok'", isSystem: true).first
        #expect(
            environment(entry)
                == ["HOME": "/var/www", "LOGNAME": "www-data", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"])
        #expect(entry?.data["working_directory"] == .string("-/var/www"))
        #expect(entry?.data["environment_inherit"] == .bool(false))
        #expect(entry?.data["no_new_privileges"] == .bool(false))
    }

    @Test(
        "is the directory that HOME names",
        arguments: [
            ("HOME=/tmp\n* * * * * ada x", "-/tmp", "/tmp"), ("* * * * * bare x", "/", ""),
            ("* * * * * slash x", "/", "/"),
            ("HOME=some\n* * * * * ada x", "/", "some"),
        ])
    func home(text: String, directory: String, home: String) throws {
        let entry = try imported(text, isSystem: true).first
        #expect(entry?.data["working_directory"] == .string(directory))
        #expect(environment(entry)["HOME"] == home)
    }

    @Test("is what PAM gives, in files or copied, but for what cron and the crontab set")
    func login() throws {
        var login = CronLogin()
        login.files = ["-/etc/environment"]
        let file = CrontabFile(path: "tab", bytes: Array("LANG=C\nUSER=you\n@daily x\n".utf8), isSystem: false)
        let first = try entries(of: importing([file], login: login)).first
        #expect(first?.data["environment_file"] == .list([.string("-/etc/environment")]))
        login.files = []
        login.variables = [
            .init("PATH", "/opt"), .init("LANG", "de_DE"), .init("http_proxy", "x"), .init("HOME", "/x"),
        ]
        let copied = environment(try entries(of: importing([file], login: login)).first)
        #expect(copied["PATH"] == "/usr/bin:/bin" && copied["LANG"] == "C" && copied["http_proxy"] == "x")
        #expect(copied["HOME"] == "/home/me" && copied["USER"] == "you")
    }
}

@Suite("What is different from cron")
struct CronDifferenceTests {
    @Test("is said in one line each, which stand at the beginning of the registry too")
    func lines() {
        let result = importing("MAILTO=ops\n* * * * * sleep 100\n")
        let lines = CronDifferences.lines(of: result)
        #expect(lines.contains { $0.hasPrefix("a job has one run at a time") })
        #expect(
            lines.contains { $0.contains("begin in /home/me, the home of the user who imported them; --user NAME") })
        #expect(lines.contains("tab:1: MAILTO=ops is not supported: cronsupd sends no mail"))
        let text = registry(of: result)
        #expect(lines.allSatisfy { text.contains("# - \($0)\n") })
        #expect(CronDifferences.lines(of: importing("# nothing\n")) == [])
        #expect(!CronDifferences.lines(of: importing("@daily x\n", owner: "ada")).contains { $0.contains("--user") })
    }

    @Test(
        "is noted where a line means something else to it",
        arguments: [
            ("* * * * * 2026 echo", "tab:1: the command begins with a year; cron has no field for years"),
            (
                "CRON_TZ=UTC\n@daily x",
                "tab:1: CRON_TZ=UTC is the time zone of the lines below, as in cronie; Debian's cron ignores"
            ),
            ("@every 10s x", "tab:1: Debian's cron has no @every"),
            (
                "0 0 * * sun#2 x",
                "tab:1: Debian's cron refuses L, W and H, and ignores what begins with #, in '0 0 * * sun#2'"
            ),
            ("0 0 L jul wed x", "tab:1: Debian's cron refuses L"),
            ("A=\n@daily x", "tab:1: A= has no value; Debian's cron"),
            ("@daily x\r", "tab: lines end with CR LF"), ("@daily x", "tab: the last line has no end; Debian's cron"),
        ])
    func notes(text: String, note: String) {
        let result = importing(text)
        #expect(result.notes.contains { $0.hasPrefix(note) }, "\(result.notes) \(result.errors)")
    }

    @Test(
        "is nothing else",
        arguments: ["0 0 * jul wed,thu x\n", "@daily x\n", "MAILTO=\"\"\nA=''\n* * * * * 20 x\n", ""])
    func silence(text: String) {
        #expect(importing(text).notes.isEmpty)
    }
}

@Suite("A column of users that nobody has announced")
struct SystemFormatTests {
    private func refused(_ text: String, owner: String? = nil) -> Bool {
        importing(text, owner: owner).errors.contains { $0.contains("expected --system, or --user") }
    }

    @Test("is found if the first word of each command is a user and no program")
    func found() {
        let result = importing("SHELL=/bin/sh\n30 3 * * 0\troot\tcd / && x\n5 4 * * * mail x\n")
        #expect(
            result.errors == [
                "tab:2:12: each command begins with a user's name such as 'root', as in the system's crontabs; expected "
                    + "--system, or --user if the commands are meant so"
            ])
        #expect(result.entries.isEmpty)
    }

    @Test("is not seen in programs, in words that are both, nor where a user is named")
    func others() {
        #expect(!refused("@daily root x\n@daily /bin/x\n"))
        #expect(!refused("@daily mail x\n"))
        #expect(refused("@daily backup x\n"))
        #expect(refused("PATH=/none\n@daily mail x\n"))
        #expect(!refused("@daily root x\n", owner: "ada"))
    }
}

@Suite("A line that is left out")
struct LeftOutTests {
    @Test("stands as a comment in its place, and the others are entries")
    func comments() throws {
        let result = importing("@daily a\n# About b\n61 * * * * b\n@daily c\n")
        #expect(result.errors.count == 1)
        #expect(try entries(of: result).map(\.id.description) == ["crontab:a", "crontab:c"])
        let text = registry(of: result)
        #expect(text.contains("\n  # About b\n  # Left out: tab:3:1: '61'"))
        #expect(text.contains("\n  #     61 * * * * b\n"))
    }

    @Test("takes those with it for which it would hold, up to the next of its name")
    func settings() throws {
        let result = importing("CRON_TZ=Nowhere/At\n@daily a\n@reboot b\nCRON_TZ=UTC\n@daily c\n")
        #expect(result.errors.count == 3)
        #expect(result.errors.dropFirst().first == "tab:2:8: CRON_TZ of line 1, which was refused, would hold for it")
        #expect(try entries(of: result).map(\.id.description) == ["crontab:c"])
    }
}

@Suite("A line of a crontab that is wrong")
struct CrontabErrorTests {
    private func errors(_ text: String, isSystem: Bool = false) -> [String] {
        importing(text, isSystem: isSystem).errors
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
            ("SHELL=bash", "1:1: SHELL: 'bash' is no absolute path; expected one such as /bin/bash"),
            ("CRONSUPD_PID=1", "1:1: CRONSUPD_PID is cronsupd's own"), ("'A=B'=1", "1:1: 'A=B' has a '='"),
            ("@daily %x", "1:8: command: expected a list of arguments, or a text for the shell, found an empty string"),
            ("\u{FEFF}@daily x", "1:1: has a byte order mark (U+FEFF), which cron does not read"),
            ("*/10 * * * * * echo x", "1:14: a command that begins with '*', which cron refuses"),
            ("0 0 * * * * * x", "1:11: a command that begins with '*'"),
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
        #expect(
            errors("\n@daily nobody-such x\n@daily 0 x", isSystem: true) == [
                "tab:2:8: no user 'nobody-such' on this machine; expected one in the sixth column",
                "tab:3:8: no user '0' on this machine; expected one in the sixth column",
            ])
        #expect(
            errors("*/10 * * * * * root x", isSystem: true).first?.hasPrefix("tab:1:14: a command that begins") == true)
        #expect(
            errors("*/10 * * * * root * x", isSystem: true).first?.hasPrefix("tab:1:19: a command that begins") == true)
        #expect(importing("@daily x", owner: "nobody-such").errors.count == 1)
    }

    @Test("does not keep the others from being read")
    func all() {
        #expect(
            errors("x\n@daily fine\n61 * * * * y\n\n* * * * *").map { $0.prefix(6) } == ["tab:1:", "tab:3:", "tab:5:"])
        let notText = importing([CrontabFile(path: "tab", bytes: [0x40, 0xFF, 0x0A, 0x78], isSystem: false)])
        #expect(notText.errors.map { $0.prefix(6) } == ["tab:1:", "tab:2:"])
    }
}
