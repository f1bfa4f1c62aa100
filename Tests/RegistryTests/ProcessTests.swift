import Clocks
import Model
import Registry
import Testing
import Values

@Suite("What a job's process is like")
struct ProcessTests {
    private static func accounts(_ current: UInt32) -> AccountSource {
        let users = [
            AccountSource.User(name: "root", number: 0, group: 0, groups: [0], home: "/root", shell: "/bin/sh"),
            AccountSource.User(name: "backup", number: 34, group: 34, groups: [34, 4], home: "/b", shell: "/bin/no"),
        ]
        let groups: [String: UInt32] = ["root": 0, "adm": 4, "backup": 34]
        return AccountSource(
            current: current, user: { key in users.first { $0.name == key || String($0.number) == key } },
            group: { groups[$0] ?? UInt32($0) })
    }

    private func found(_ rest: String, as current: UInt32 = 0) -> JobEntries.Found {
        JobEntries.definitions(in: load(job(rest: "method: m, \(rest)")), accounts: Self.accounts(current))
    }

    private func settings(_ rest: String, as current: UInt32 = 0) throws -> ProcessSettings {
        let found = found(rest, as: current)
        try #require(found.errors == [])
        return try #require(found.jobs.first).process
    }

    @Test("is that of the daemon unless its entry says otherwise")
    func defaults() throws { #expect(try settings("args: []").isEmpty) }

    @Test("has the rights of a user with all its groups, and none that it could gain")
    func user() throws {
        for user in ["backup", "34", "\"34\""] {
            let settings = try settings("user: \(user)")
            let identity = try #require(settings.identity)
            #expect(identity.user == 34 && identity.group == 34 && identity.supplementaryGroups == [34, 4])
            #expect(
                identity.environment.map { "\($0.name)=\($0.value ?? "")" } == [
                    "HOME=/b", "LOGNAME=backup", "SHELL=/bin/no", "USER=backup",
                ])
            #expect(settings.hasNoNewPrivileges)
        }
        #expect(try !settings("user: backup, no_new_privileges: false").hasNoNewPrivileges)
        #expect(try settings("no_new_privileges: true").hasNoNewPrivileges)
    }

    @Test("may have other groups than those of its user")
    func groups() throws {
        let both = try #require(try settings("user: backup, group: adm, supplementary_groups: [root, 7]").identity)
        #expect(both.user == 34 && both.group == 4 && both.supplementaryGroups == [0, 7])
        let group = try #require(try settings("group: adm").identity)
        #expect(group.user == 0 && group.group == 4 && group.environment == [])
        #expect(try settings("user: backup, supplementary_groups: []").identity?.supplementaryGroups == [])
    }

    @Test("has bounds")
    func bounds() throws {
        let settings = try settings(
            "umask: '027', nice: -5, oom_score_adj: 500, limits: {address_space: 64MiB, cpu_time: 1500ms, open_files: 100, "
                + "processes: 10, file_size: 1000, core: 0}")
        #expect(settings.umask == 0o27 && settings.nice == -5 && settings.oomScoreAdjustment == 500)
        #expect(settings.identity == nil && !settings.hasNoNewPrivileges)
        #expect(
            settings.limits == [
                .init(.addressSpace, 64 << 20), .init(.cpuTime, 2), .init(.openFiles, 100), .init(.processes, 10),
                .init(.fileSize, 1_000), .init(.core, 0),
            ])
    }

    @Test("needs root to have other rights than the daemon's")
    func unprivileged() throws {
        #expect(try settings("user: backup", as: 34).identity == nil)
        #expect(try settings("group: backup", as: 34).identity == nil)
        let refusal = "cronsupd does not run as root, and cannot run a job with other rights than its own"
        for (rest, key) in [("user: root", "user"), ("group: adm", "group"), ("user: backup, group: adm", "user")] {
            #expect(found(rest, as: 34).errors.map(\.message) == ["\(key): \(refusal)"])
        }
    }

    @Test(
        "is refused where it cannot be",
        arguments: [
            ("user: nobody", "user: no user 'nobody' on this machine"),
            ("user: ''", "user: expected a user's name or number, found the string ''"),
            ("user: [root]", "user: expected a user's name or number, found a list"),
            ("user: -1", "user: expected a user's name or number, found the number -1"),
            ("group: wheel", "group: no group 'wheel' on this machine"),
            (
                "user: backup, supplementary_groups: adm",
                "supplementary_groups: expected a list of groups, found the string 'adm'"
            ),
            (
                "user: backup, supplementary_groups: [adm, x]",
                "supplementary_groups.1: no group 'x' on this machine"
            ),
            ("umask: 27", "umask: expected octal digits in quotes such as \"027\", found the number 27"),
            ("umask: '028'", "umask: expected octal digits in quotes such as \"027\", found the string '028'"),
            ("umask: '1777'", "umask: expected octal digits in quotes such as \"027\", found the string '1777'"),
            ("nice: 20", "nice: expected a whole number from -20 to 19, found the number 20"),
            ("nice: low", "nice: expected a whole number from -20 to 19, found the string 'low'"),
            (
                "oom_score_adj: 1001",
                "oom_score_adj: expected a whole number from -1000 to 1000, found the number 1001"
            ),
            ("no_new_privileges: 1", "no_new_privileges: expected true or false, found the number 1"),
            ("limits: 5", "limits: expected a map, found the number 5"),
            ("limits: {memori: 1GiB}", "limits: unknown key 'memori'; did you mean 'memory'?"),
            (
                "limits: {memory: 1MiB}",
                "limits.memory: expected a size such as 64KiB, 512MiB or 2GiB of at least 16MiB, "
                    + "found the string '1MiB'"
            ),
            (
                "limits: {file_size: 1MB}",
                "limits.file_size: expected a size such as 64KiB, 512MiB or 2GiB, found the string '1MB'"
            ),
            ("limits: {core: -1}", "limits.core: expected a size such as 64KiB, 512MiB or 2GiB, found the number -1"),
            (
                "limits: {open_files: 15}",
                "limits.open_files: expected a whole number from 16 to 1073741824, found the number 15"
            ),
            ("limits: {cpu_time: 10ms}", "limits.cpu_time \"10ms\" is too short; expected at least 1s"),
        ])
    func refusals(rest: String, message: String) {
        #expect(found(rest).errors.map(\.message) == [message])
    }

    @Test("is part of the job: a change of it is a change of the job")
    func identity() throws {
        let texts = ["args: []", "user: backup", "nice: 1", "umask: '022'", "limits: {core: 0}"]
        let jobs = texts.compactMap { found($0).jobs.first }
        for (index, job) in jobs.enumerated() {
            for (other, another) in jobs.enumerated() { #expect(job.isSameJob(as: another) == (index == other)) }
        }
    }

    @Test("comes to its worker as it is")
    func wire() throws {
        for rest in ["args: []", "user: backup, nice: -5, limits: {core: 0, memory: 1GiB}", "group: adm, umask: '077'"]
        {
            let settings = try settings(rest)
            #expect(ProcessSettings(settings.map) == settings)
        }
        // One that is damaged is never taken for one without bounds.
        var damaged = try settings("user: backup").map
        damaged["group"] = .string("x")
        #expect(ProcessSettings(damaged) == nil)
        #expect(ProcessSettings(Value.Map([("unheard", .int(1))])) == nil)
    }
}

@Suite("The text of a size")
struct SizeTextTests {
    @Test(
        "is a number with a unit",
        arguments: [
            ("0", 0), ("17", 17), ("17B", 17), ("64KiB", 65_536), ("2GiB", 2 << 30), ("1TiB", 1 << 40), ("", nil),
            ("KiB", nil), ("1.5GiB", nil), ("-1", nil), ("1 KiB", nil), ("1kib", nil), ("9999999999999999999999", nil),
            ("8388608TiB", nil), ("1KB", nil),
        ] as [(String, UInt64?)])
    func sizes(text: String, size: UInt64?) { #expect(SizeText.parse(text) == size) }
}
