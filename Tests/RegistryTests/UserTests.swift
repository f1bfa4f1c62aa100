import Registry
import Shared
import Testing

@Suite("A command's user")
struct UserTests {
    private static let backup = RunningUser(number: 34, name: "backup")
    private static let nameless = RunningUser(number: 4_711, name: nil)

    private func errors(_ user: String, kind: String = "function.exec, command: ls", as running: RunningUser = .root)
        -> [String]
    {
        let text = """
            namespace: app
            entries:
            - {name: j, kind: \(kind), user: \(user), meta: {type: cron.job, interval: 1s}}
            """
        return JobEntries.definitions(in: load(text), user: running).errors.map(\.description)
    }

    @Test("may be the one that runs the daemon, by name or number", arguments: ["root", "0", "\"0\""])
    func same(user: String) { #expect(errors(user) == []) }

    @Test("is the one that runs the daemon, whoever that is")
    func others() {
        #expect(errors("backup", as: Self.backup) == [])
        #expect(errors("34", as: Self.backup) == [])
        #expect(errors("4711", as: Self.nameless) == [])
        #expect(
            errors("root", as: Self.backup) == [
                "registry.yaml:3:53: user: 'root' is not the user that runs cronsupd (backup); "
                    + "this version runs every job as its own user"
            ])
    }

    @Test("cannot be another one")
    func another() {
        func refusal(_ user: String, _ running: String) -> String {
            "registry.yaml:3:53: user: '\(user)' is not the user that runs cronsupd (\(running)); "
                + "this version runs every job as its own user"
        }
        #expect(errors("backup") == [refusal("backup", "root")])
        #expect(errors("34") == [refusal("34", "root")])
        #expect(errors("\"\"") == [refusal("", "root")])
        #expect(errors("root", as: Self.nameless) == [refusal("root", "4711")])
    }

    @Test("is a name or a number", arguments: [("[root]", "a list"), ("null", "nothing"), ("0.0", "the number 0.0")])
    func types(user: String, found: String) {
        #expect(errors(user) == ["registry.yaml:3:53: user: expected a user's name or number, found \(found)"])
    }

    @Test("is told of slips")
    func slips() {
        let text = """
            namespace: app
            entries:
            - {name: j, kind: function.exec, command: ls, usr: root, meta: {type: cron.job, interval: 1s}}
            """
        let errors = JobEntries.definitions(in: load(text)).errors.map(\.message)
        #expect(errors == ["unknown key 'usr'; did you mean 'user'?"])
    }

    @Test("is nothing to a function, which may have a key of that name")
    func functions() { #expect(errors("backup", kind: "function.swift, method: m") == []) }
}
