import Crontabs
import Model
import Schedules
import Testing
import Values

@testable import Registry

@Suite("An entry that names crontabs")
struct CrontabEntryTests {
    /// `root` and `ada` are users; each path below is a file with this text.
    private func load(
        _ entry: String, _ files: [String: String] = [:], cron: String? = nil, refuses: Bool = true
    ) -> RegistryLoad {
        let accounts = AccountSource(
            current: 0,
            user: { key in
                guard key == "root" || key == "ada" || key == "0" else { return nil }
                let number: UInt32 = key == "ada" ? 1000 : 0
                return .init(
                    name: key == "0" ? "root" : key, number: number, group: number, groups: [number],
                    home: "/home/\(key)",
                    shell: "/bin/sh")
            }, group: { _ in nil })
        let host = CrontabHost(accounts: accounts, zones: .utcOnly) { _, _ in false }
        let read: CrontabFileSource.Read = { request, _ in
            guard let text = files[request.path] else { return .failure(.init(description: "open '\(request.path)'")) }
            let file = CrontabFile(
                path: request.path, bytes: Array(text.utf8),
                isSystem: request.isSystem ?? (request.path == "/etc/crontab"), owner: request.owner)
            return .success(.init(files: [file], notes: ["x~: ignored"], cron: cron))
        }
        let source = CrontabFileSource(host: { host }, refusesCron: refuses, read: read)
        let text = "namespace: n\nentries:\n  - name: tab\n    kind: cron.crontab\n    \(entry)\n"
        let file = RegistryFile(path: "etc/r.yaml", bytes: Array(text.utf8), isNamed: true)
        return RegistrySnapshot.load([file]).readingCrontabs(from: source)
    }

    private func texts(_ diagnostics: [Diagnostic]) -> [String] { diagnostics.map(\.description) }

    @Test("has its lines as entries of the namespace, after its own name, at the places of the lines")
    func lines() throws {
        let crontab = "@daily root /opt/backup --all\n\n5 4 * * * ada x\n"
        let load = load("source: file:///etc/crontab", ["/etc/crontab": crontab])
        let entries = try #require(load.snapshot, "\(texts(load.errors))").entries
        #expect(entries.map(\.id.description) == ["n:tab", "n:tab.backup", "n:tab.x"])
        #expect(entries[2].location == SourceLocation(file: "/etc/crontab", line: 3, column: 1))
        let found = JobEntries.definitions(in: load, accounts: .rootOnly)
        #expect(found.jobs.map(\.id.description) == ["n:tab.backup"])
        // What only this machine's users tell is found at the line.
        #expect(texts(found.errors) == ["/etc/crontab:3:1: user: no user 'ada' on this machine"])
        #expect(load.snapshot?[entries[1].id] == entries[1])
    }

    @Test("leaves out lines that are wrong, and notes them at their places")
    func wrong() {
        let crontab = "61 * * * * root x\n@daily nobody-such y\nMAILTO=ops\n@daily root z\n"
        let load = load("source: file:///etc/crontab", ["/etc/crontab": crontab])
        #expect(load.snapshot?.entries.map(\.id.description) == ["n:tab", "n:tab.z"])
        let lines = load.notes.filter { $0.note == .crontabLine }
        #expect(
            texts(lines) == [
                "/etc/crontab:1:1: left out: '61' in the minute is out of range; expected 0 to 59",
                "/etc/crontab:2:8: left out: no user 'nobody-such' on this machine; expected one in the sixth column",
            ])
        let rest = load.notes.filter { $0.note != .crontabLine }
        #expect(rest.map(\.note) == [.crontabFile, .crontabDifference])
        #expect(texts(rest).last?.hasPrefix("etc/r.yaml:5:13: /etc/crontab:3: MAILTO=ops is not supported") == true)
    }

    @Test("may be a user's, and have a path from its file on")
    func user() {
        let load = load("{source: file://my/tab, format: user, user: ada}".flowed, ["etc/my/tab": "@daily x\n"])
        #expect(load.snapshot?.entries.last?.data["user"] == .string("ada"), "\(texts(load.errors))")
    }

    @Test(
        "is refused with an error at the key",
        arguments: [
            ("format: system", "3:5: no 'source' in the crontab; expected one such as file:///etc/cron.d"),
            (
                "source: /etc/crontab",
                "5:13: source: expected a file such as file:///etc/cron.d, found"
            ),
            ("source: file://", "5:13: source: expected a file"), ("source: 7", "5:13: source: expected a file"),
            ("{source: file:///etc/crontab, format: both}", "6:13: format: expected 'system' or 'user', found"),
            ("{source: file:///etc/crontab, format: system, user: ada}", "7:5: user: goes with format: user"),
            ("{source: file:///etc/crontab, user: '-x'}", "6:11: user: expected a user's name"),
            ("{source: file:///etc/crontab, users: ada}", "6:5: unknown key 'users'; did you mean 'user'?"),
            ("source: file:///none", "5:13: source: open '/none'"),
            ("source: file:///tab", "3:5: no 'user' in the crontab; expected whose it is, or format: system"),
        ])
    func refused(entry: String, error: String) {
        let load = load(entry.flowed, ["/etc/crontab": "@daily root x\n", "/tab": "@daily x\n"])
        #expect(load.snapshot == nil)
        #expect(
            load.errors.count == 1 && texts(load.errors)[0].hasPrefix("etc/r.yaml:\(error)"), "\(texts(load.errors))")
    }

    @Test("is refused while a cron runs the same files, but where nothing is to be run")
    func cron() {
        let files = ["/etc/crontab": "@daily root x\n"]
        let refused = load("source: file:///etc/crontab", files, cron: "cron (PID 7) is running")
        #expect(texts(refused.errors) == ["etc/r.yaml:5:13: source: cron (PID 7) is running"])
        let checked = load("source: file:///etc/crontab", files, cron: "cron (PID 7) is running", refuses: false)
        #expect(checked.snapshot != nil && checked.notes.contains { $0.note == .crontabCron })
    }

    @Test("cannot give two entries one ID, nor one that is too long")
    func names() {
        let text = "source: file:///etc/crontab\n  - {name: tab.x, kind: k}"
        let twice = load(text, ["/etc/crontab": "@daily root x\n"])
        let error = "etc/r.yaml:5:13: duplicate entry 'n:tab.x', of /etc/crontab:1; first declared at etc/r.yaml:6:5"
        #expect(texts(twice.errors) == [error])
    }

    @Test("is nothing to a registry without one")
    func none() {
        let file = RegistryFile(path: "r.yaml", bytes: Array("namespace: n\nentries: []\n".utf8), isNamed: true)
        let source = CrontabFileSource(
            host: { fatalError("asked") }, refusesCron: true, read: { _, _ in fatalError("asked") })
        #expect(RegistrySnapshot.load([file]).readingCrontabs(from: source).snapshot?.entries.isEmpty == true)
    }
}

extension String {
    /// `{a: b, c: d}` as lines of the entry above.
    fileprivate var flowed: String {
        guard hasPrefix("{") else { return self }
        return dropFirst().dropLast().split(separator: ", ").joined(separator: "\n    ")
    }
}
