import Clocks
import Model
import Registry
import Schedules
import Testing
import Values

@Suite("A job entry")
struct JobEntriesTests {
    @Test("becomes a job definition")
    func definition() throws {
        let load = load(
            """
            namespace: app
            entries:
            - {name: host, kind: process.host}
            - name: job.cleanup
              kind: function.swift
              method: cleanup
              meta:
                type: cron.job
                interval: "1m30s"
                team: core
              directory: /var/tmp
            """)
        let result = JobEntries.definitions(in: load)
        #expect(result.errors == [])
        #expect(result.notes.map(\.note) == [.metaKey])
        let job = try #require(result.jobs.first)
        #expect(result.jobs.count == 1)
        #expect(job.id.description == "app:job.cleanup")
        #expect(job.kind == .swift)
        #expect(job.function == .swift(name: "cleanup", program: nil))
        #expect(job.schedule == .interval(.seconds(90), text: "1m30s"))
        #expect(job.lifecycle == Lifecycle())
        #expect(job.meta["team"] == .string("core"))
        #expect(job.data == Value.Map([("method", .string("cleanup")), ("directory", .string("/var/tmp"))]))
        #expect(job.location.description == "registry.yaml:4:3")
    }

    @Test("may have the documentation keys, and keys of its own that resemble none of ours")
    func freeKeys() throws {
        let meta =
            "interval: 1s, comment: c, description: d, tags: [a], labels: {b: c}, title: t, owner: me, time: 5, types: x"
        #expect(
            try jobMessages(job(meta: meta, rest: "method: m, args: [1], comment: c, url: x, bind: 3, beta: 4")) == [])
    }

    @Test("has keys that fit into a message to its worker, however deep they are")
    func keyLengths() throws {
        let (longest, long) = (String(repeating: "k", count: 512), String(repeating: "k", count: 513))
        let complaint = "key of 513 bytes; expected at most 512"
        for (key, expected) in [(longest, []), (long, [complaint, complaint, complaint])] {
            let meta = "interval: 1s, labels: [{? \(key) : 1}]"
            let text = job(meta: meta, rest: "method: m, ? \(key) : {? \(key) : 1}")
            #expect(try jobMessages(text) == expected)
        }
        // Foreign entries have no worker.
        #expect(errors(in: registry(data: "? \(long)\n: 1")) == [])
    }

    @Test("has a method whose name is not endless")
    func methodLength() throws {
        let name = String(repeating: "m", count: 128)
        #expect(try jobMessages(job(rest: "method: \(name)")) == [])
        #expect(
            try jobMessages(job(rest: "method: \(name)m")) == ["method: name of 129 bytes; expected at most 128"])
    }

    @Test(
        "has an interval with units",
        arguments: [
            ("interval: \"5\"", "has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"),
            ("interval: 5", "has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s"),
            ("interval: 1.5", "has no unit after 1.5; expected one of d, h, m, s, ms, us, ns, as in 1.5s"),
            ("interval: -5", "is negative; expected a duration above zero such as 10s"),
            ("interval: 0s", "is zero; expected a duration above zero such as 10s"),
            ("interval: ''", "is empty; expected a duration such as 250ms, 1s, 1m30s, 1.5h or 2d"),
            ("interval: 5ms", "is too short; expected at least 10ms"),
            ("interval: 5x", "has the unknown unit 'x'; expected one of d, h, m, s, ms, us, ns"),
            ("interval: soon", "has no number before 'soon'; expected a duration such as 10s"),
            ("interval: \"5\\e\"", "has the unknown unit '\\u{1B}'; expected one of d, h, m, s, ms, us, ns"),
            ("interval: .nan", "has no number before 'nan'; expected a duration such as 10s"),
        ])
    func intervals(meta: String, complaint: String) throws {
        let messages = try jobMessages(job(meta: meta))
        #expect(messages.count == 1)
        let message = try #require(messages.first)
        #expect(message.hasPrefix("meta.interval \"") && message.hasSuffix("\" \(complaint)"), "\(message)")
    }

    @Test(
        "has an interval or a schedule",
        arguments: [
            (
                "tags: []",
                [
                    "no 'interval' in the cron.job; expected a duration such as 10s in meta, or a schedule such as "
                        + "'*/5 * * * *'"
                ]
            ),
            ("interval: [1s]", ["meta.interval: expected a duration such as \"10s\", found a list"]),
            ("interval: true", ["meta.interval: expected a duration such as \"10s\", found the boolean true"]),
            ("interval: ", ["meta.interval: expected a duration such as \"10s\", found nothing"]),
            ("schedule: '* * * * *'", []),
            (
                "schedule: '* * * * *', interval: 1s",
                ["meta.schedule: given with meta.interval; expected one of them"]
            ),
            ("intervall: 1s", ["meta: unknown key 'intervall'; did you mean 'interval'?"]),
            ("interval: 1s, label: x", ["meta: unknown key 'label'; did you mean 'labels'?"]),
        ])
    func when(meta: String, complaints: [String]) throws {
        #expect(try jobMessages(job(meta: meta)) == complaints)
    }

    @Test(
        "says how it runs",
        arguments: [
            ("x: 1", ["no 'method' in the cron.job; expected the name of a function in the worker's catalog"]),
            ("method: 5", ["method: expected a string that names a function, found the number 5"]),
            ("method: ''", ["method: expected a string that names a function, found an empty string"]),
            ("methd: m", ["unknown key 'methd'; did you mean 'method'?"]),
            ("method: m, arg: []", ["unknown key 'arg'; did you mean 'args'?"]),
            ("method: m, lifecycl: {}", ["unknown key 'lifecycl'; did you mean 'lifecycle'?"]),
            ("method: m, source: file://bin/worker", []),
            (
                "method: m, source: bin/worker",
                ["source: expected a file such as file://bin/worker, found the string 'bin/worker'"]
            ),
            (
                "method: m, source: 'file://'",
                ["source: expected a file such as file://bin/worker, found the string 'file://'"]
            ),
            ("method: m, source: 5", ["source: expected a file such as file://bin/worker, found the number 5"]),
            ("method: m, sourc: file://x", ["unknown key 'sourc'; did you mean 'source'?"]),
        ])
    func how(rest: String, complaints: [String]) throws {
        #expect(try jobMessages(job(rest: rest)) == complaints)
    }

    @Test("has the place of each error in it, and a caret")
    func places() {
        let load = load(
            """
            namespace: app
            entries:
            - name: job.one
              kind: function.swift
              methode: tick
              meta:
                type: cron.job
                interval: "5"
            """)
        let errors = JobEntries.definitions(in: load).errors
        #expect(errors.map { "\($0.location)" } == ["registry.yaml:5:3", "registry.yaml:8:15"])
        #expect(
            errors.last?.rendered == """
                registry.yaml:8:15: meta.interval "5" has no unit after 5; expected one of d, h, m, s, ms, us, ns, as in 5s
                  8 |     interval: "5"
                    |               ^
                """)
    }

    @Test("is of a kind that can be a job", arguments: ["function.py", "process.host", "function.Swift"])
    func kinds(kind: String) {
        let text =
            "namespace: app\nentries:\n- {name: j, kind: \(kind), meta: {type: cron.job, interval: x}, source: y}"
        let result = JobEntries.definitions(in: load(text))
        #expect(result.jobs.isEmpty)
        #expect(
            result.errors.map(\.description)
                == [
                    "registry.yaml:3:19: kind: '\(kind)' cannot be a cron.job; expected one of function.swift, function.lua, "
                        + "function.exec"
                ])
    }

    @Test("does not hide the errors of others")
    func onePass() {
        let text = """
            namespace: app
            entries:
            - {name: a, kind: function.swift, method: m, meta: {type: cron.job, interval: 1}}
            - {name: b, kind: function.swift, method: m, meta: {type: cron.job, interval: 1s}}
            - {name: c, kind: function.swift, meta: {type: cron.job, interval: 1}}
            """
        let result = JobEntries.definitions(in: load(text))
        #expect(result.jobs.map(\.id.description) == ["app:b"])
        #expect(result.errors.map(\.location.line) == [3, 5, 5])
    }

    @Test(
        "may have keys of anybody's in meta, each noted once, and none that is one of ours but for a letter",
        arguments: [
            ("hosts: [a]", "note[meta-key]: 3: meta: unknown key 'hosts', which has no effect"),
            ("timzeone: UTC", "3: meta: unknown key 'timzeone'; did you mean 'timezone'?"),
            (
                "llm_description: x",
                "note[meta-key]: 3: meta: unknown key 'llm_description', which has no effect; did you mean 'description'?"
            ),
            (
                "component: x",
                "note[meta-key]: 3: meta: unknown key 'component', which has no effect; did you mean 'comment'?"
            ),
            (
                "command: x",
                "note[meta-key]: 3: meta: unknown key 'command', which has no effect; did you mean 'comment'?"
            ),
            ("tags: [a]", nil), ("title: x", nil),
        ])
    func metaKeys(pair: String, expected: String?) {
        let result = JobEntries.definitions(in: load(job(meta: "interval: 1s, \(pair)")))
        let said = (result.errors + result.notes).map { String($0.rendered.prefix { $0 != "\n" }) }
        let places = said.map { $0.replacing(/registry.yaml:(\d+):\d+/) { "\($0.output.1)" } }
        #expect(places == (expected.map { [$0] } ?? []))
    }

    @Test("shares a note about a key of meta with all others that have it")
    func commonMetaKey() {
        let jobs = ["a", "b", "c"].map {
            "- {name: \($0), kind: function.swift, method: m, meta: {type: cron.job, interval: 1s, exclude: x}}\n"
        }
        let result = JobEntries.definitions(in: load("namespace: app\nentries:\n" + jobs.joined()))
        #expect(result.jobs.count == 3)
        #expect(result.notes.map(\.message) == ["meta: unknown key 'exclude', which has no effect in 3 jobs"])
        #expect(result.notes.map(\.location.line) == [3])
    }

    @Test(
        "with a long interval is noted where a restart begins it anew",
        arguments: [
            ("interval: 1h", true), ("interval: 24h", true), ("schedule: '@every 2h'", true), ("interval: 59m", false),
            ("interval: 24h, align: true", false), ("interval: 24h, at_start: true", false),
            ("schedule: '0 3 * * *'", false), ("interval: 24h, enabled: false", false),
        ])
    func longInterval(meta: String, isNoted: Bool) {
        let result = JobEntries.definitions(in: load(job(meta: meta)))
        #expect(result.errors == [] && result.notes.map(\.note) == (isNoted ? [.intervalRestart] : []))
    }

    @Test(
        "that was perhaps meant to be one is noted",
        arguments: [
            ("type: cronjob, interval: 1s", "meta.type: 'cronjob' makes no job; did you mean 'cron.job'?"),
            ("type: Cron.Job", "meta.type: 'Cron.Job' makes no job; did you mean 'cron.job'?"),
            ("type: CRON_JOB", "meta.type: 'CRON_JOB' makes no job; did you mean 'cron.job'?"),
            ("interval: 1s", "meta.interval makes no job without meta.type: cron.job"),
            ("schedule: '@daily'", "meta.schedule makes no job without meta.type: cron.job"),
            ("type: view", nil), ("comment: x", nil),
        ])
    func meantToBeAJob(meta: String, message: String?) {
        let text = "namespace: app\nentries:\n- {name: a, kind: function.lua, meta: {\(meta)}}\n"
        let notes = JobEntries.definitions(in: load(text)).notes
        #expect(notes.filter { $0.note == .notAJob }.map(\.message) == (message.map { [$0] } ?? []))
    }

    @Test("that no function could be is not noted, whatever stands in its meta")
    func noFunction() {
        let text = "namespace: app\nentries:\n- {name: a, kind: registry.entry, meta: {interval: 1s}}\n"
        #expect(!JobEntries.definitions(in: load(text)).notes.contains { $0.note == .notAJob })
    }

    @Test("that just misses the type is noted, and so is a registry without any")
    func nearMiss() {
        let text = """
            namespace: app
            entries:
            - {name: a, kind: function.swift, method: m, meta: {type: cron.jobs, interval: 1s}}
            - {name: b, kind: function.swift, method: m, meta: {type: something, interval: 1s}}
            """
        let result = JobEntries.definitions(in: load(text))
        #expect(result.jobs.isEmpty)
        #expect(result.errors == [])
        #expect(
            result.notes.map(\.description) == [
                "registry.yaml:3:59: meta.type: 'cron.jobs' makes no job; did you mean 'cron.job'?",
                "registry.yaml:1:1: no entry of the registry has meta.type: cron.job; there is nothing to run",
            ])
    }

    @Test("is not looked for in a registry that did not load")
    func noSnapshot() {
        let result = JobEntries.definitions(in: load("["))
        #expect(result.jobs.isEmpty)
        #expect(result.errors == [])
    }

    @Test("of another kind may have any keys")
    func otherKinds() throws {
        let text = "namespace: a\nentries: [{name: x, kind: process.lua, methd: 1, lifecycle: {auto_start: true}}]"
        #expect(try jobMessages(text) == [])
    }
}
