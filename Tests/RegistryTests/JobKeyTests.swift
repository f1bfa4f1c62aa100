import Registry
import Testing

@Suite("A key of a job")
struct JobKeyTests {
    private func found(_ kind: String, meta: String = "interval: 1m", _ rest: String) throws -> (
        errors: [String], notes: [String]
    ) {
        let text = "namespace: app\nentries: [{name: a, kind: \(kind), meta: {type: cron.job, \(meta)}, \(rest)}]"
        let load = load(text)
        try #require(load.errors.isEmpty, "\(load.errors)")
        let found = JobEntries.definitions(in: load)
        return (found.errors.map(\.message), found.notes.map(\.message))
    }

    @Test("of others' in meta is a note, and but for one letter one of ours is an error")
    func meta() throws {
        let free = "llm_description: x, component: y, input_schema: {}, command: n, depends_on: []"
        let found = try self.found("function.swift", meta: "interval: 1m, \(free)", "method: m")
        #expect(found.errors == [] && found.notes.count == 5)
        #expect(found.notes.allSatisfy { $0.hasPrefix("meta: unknown key '") })
        for (key, meant) in [("jiter", "jitter"), ("enabeld", "enabled"), ("tag", "tags"), ("align_", "align")] {
            #expect(
                try self.found("function.swift", meta: "interval: 1m, \(key): x", "method: m").errors
                    == ["meta: unknown key '\(key)'; did you mean '\(meant)'?"])
        }
    }

    @Test("that is missing is missed, though another one resembles it")
    func missing() throws {
        let errors = try found("function.exec", "comment: c").errors
        #expect(errors == ["no 'command' in the cron.job; expected a list of arguments, or a text for the shell"])
        #expect(try found("function.exec", "comand: c").errors == ["unknown key 'comand'; did you mean 'command'?"])
    }

    @Test("of Wippy's beside the kind of a command, or one with x- before it, is a note")
    func foreign() throws {
        #expect(
            try found("function.exec", "command: [x], pool: {size: 1}, imports: {a: 'b:c'}, x-team: y") == (
                [],
                [
                    "pool: has no effect in cronsupd", "imports: has no effect in cronsupd",
                    "x-team: has no effect in cronsupd",
                ]
            ))
        #expect(try found("function.lua", "source: file://a, method: m, pool: {size: 1}, x-team: y") == ([], []))
    }

    @Test("of nobody's is an error of a command that shows the nearest known ones")
    func unknown() throws {
        #expect(
            try found("function.exec", "command: [x], retries: 3").errors
                == ["unknown key 'retries'; expected one of retry, args, leftovers, limits, stdin and 33 more"])
        #expect(
            try found("function.exec", "command: [x], \(String(repeating: "k", count: 65)): 3").errors
                == [
                    "unknown key '\(String(repeating: "k", count: 60))…'; expected one of lifecycle, args, comment, catch_up, claim and 33 more"
                ])
    }

    @Test(
        "that goes into meta is told so where it stands beside the kind",
        arguments: [
            ("function.exec", "", "command: [x], schedule: '@daily'", "schedule"),
            ("function.exec", "", "command: [x], interval: 1m", "interval"),
            ("function.exec", "interval: 1m", "command: [x], enabled: false", "enabled"),
            ("function.swift", "", "method: m, interval: 1m", "interval"),
            ("function.lua", "timezone: UTC", "source: file://a, method: m, schedule: '@daily'", "schedule"),
        ])
    func misplaced(kind: String, meta: String, rest: String, key: String) throws {
        #expect(
            try found(kind, meta: meta, rest) == (["'\(key)' stands in meta; expected it there, not beside kind"], []))
    }

    @Test("that a function may have for itself is a note beside the kind, and none if it is in meta too")
    func misplacedNote() throws {
        #expect(
            try found("function.swift", "method: m, enabled: false") == (
                [], ["'enabled' stands in meta; expected it there, not beside kind"]
            ))
        #expect(
            try found("function.swift", "method: m, schedule: x") == (
                [], ["'schedule' stands in meta; expected it there, not beside kind"]
            ))
        #expect(try found("function.swift", meta: "interval: 1m, timezone: UTC", "method: m, timezone: x").notes == [])
        #expect(try found("function.swift", "method: m, interval: x") == ([], []))
    }

    @Test(
        "that goes beside the kind is a note in meta",
        arguments: ["timeout: 5s", "user: root", "retry: {}", "environment: {}"])
    func misplacedInMeta(pair: String) throws {
        let key = pair.prefix { $0 != ":" }
        #expect(
            try found("function.exec", meta: "interval: 1m, \(pair)", "command: [x]") == (
                [], ["meta: '\(key)' stands beside kind; expected it there, not in meta"]
            ))
    }

    @Test("with a schedule or an interval in the place of the other is told so")
    func exchanged() throws {
        for text in ["@hourly", "*/5 * * * *", "@every 5m"] {
            #expect(
                try found("function.exec", meta: "interval: '\(text)'", "command: [x]").errors
                    == [
                        "meta.interval: '\(text)' is a schedule; expected it as meta.schedule, or a duration such as 1h"
                    ])
        }
        #expect(
            try found("function.exec", meta: "schedule: 10s", "command: [x]").errors
                == [
                    "meta.schedule: '10s' is a duration; expected it as meta.interval, or a schedule such as '*/5 * * * *'"
                ])
    }

    @Test("of a function that is no job, but a hook, is its own")
    func hooks() throws {
        let text = """
            namespace: app
            entries:
            - {name: a, kind: function.exec, command: [x], on_failure: app:b, meta: {type: cron.job, interval: 1m}}
            - {name: b, kind: function.swift, method: m, schedule: x}
            """
        let found = JobEntries.definitions(in: load(text))
        #expect(found.errors == [] && found.notes == [])
    }
}
