import Kernel
import Testing

@Suite("Functions in Swift that call others")
struct SwiftCallTests {
    /// Besides the jobs under test: what they call.
    private static let helpers = """
          - {name: helper, kind: function.swift, method: echo, args: {a: [1, two]}}
          - {name: command, kind: function.exec, command: [printf, '%s|', fixed]}
          - {name: shell, kind: function.exec, command: 'echo "$CRONSUPD_ENTRY: $1,$2"'}
          - {name: broken, kind: function.exec, comand: ls}
          - {name: relay, kind: function.swift, method: call, target: 'test:helper', with: 5}
          - {name: round, kind: function.swift, method: call, target: 'test:round'}
          - {name: sleeper, kind: function.swift, method: wait, milliseconds: 5}
          - {name: other, kind: process.lua}
          - {name: foreign, kind: function.swift, method: echo, source: 'file:///bin/true'}

        """

    private func play(
        _ method: String, _ data: [String: String], _ body: (DaemonProcess, LogRecord) throws -> Void
    ) throws {
        try Scene.play { scene in
            let job = JobText(name: "job", method: method, interval: "100ms", data: data)
            try scene.write(RegistryText.file([job]) + Self.helpers)
            let daemon = try scene.start()
            try daemon.wait("a run") { daemon.log.count("TICK") + daemon.log.count("TICK FAILED") > 0 }
            let record = try #require((daemon.log.all("TICK") + daemon.log.all("TICK FAILED")).first)
            try body(daemon, record)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test(
        "get their results",
        arguments: [
            (
                "test:helper", "x",
                #"{"entry":"test:helper","run":1,"args":{"a":[1,"two"]},"arguments":["x"]}"#
            ),
            ("test:relay", "x", #"{"entry":"test:helper","run":1,"args":{"a":[1,"two"]},"arguments":[5]}"#),
            ("test:command", "x y", "fixed|x y|"),
        ])
    func results(target: String, argument: String, result: String) throws {
        try play("call", ["target": "'\(target)'", "with": "'\(argument)'"]) { _, record in
            #expect(record["result"] == result, "\(record.fields)")
        }
    }

    @Test(
        "get their errors",
        arguments: [
            ("test:nobody", "5", "no entry 'test:nobody' in the registry"),
            ("nonsense", "5", "no entry 'nonsense' in the registry"),
            ("test:other", "5", "'test:other' is a process.lua; expected a function"),
            (
                "test:foreign", "5",
                "'test:foreign' is a function of '/bin/true'; a job can call those of its own worker's program, those in "
                    + "Lua where there is Lua, and commands"
            ),
            (
                "test:broken", "5",
                "'test:broken': no 'command'; expected a list of arguments, or a text for the shell"
            ),
            (
                "test:command", "[1]",
                "'test:command' is a command, whose arguments are strings and numbers; found a list"
            ),
            (
                "test:round", "5",
                "'test:round' is called too deep: functions call each other 16 deep; expected at most 16"
            ),
        ])
    func errors(target: String, argument: String, error: String) throws {
        try play("call", ["target": "'\(target)'", "with": argument]) { _, record in
            #expect(record["error"] == error, "\(record.fields)")
        }
    }

    @Test("may be async, and call from tasks")
    func tasks() throws {
        try play("call-from-tasks", ["target": "'test:shell'"]) { daemon, record in
            #expect(record["result"] == #"["test:shell: first,","test:shell: second,"]"#, "\(record.fields)")
            try daemon.wait(for: "TICK", count: 3)
        }
    }

    @Test("may call from many tasks at a time")
    func crowd() throws {
        try play("call-in-crowd", ["target": "'test:sleeper'", "milliseconds": "5"]) { _, record in
            #expect(record["result"] == "40 calls", "\(record.fields)")
        }
    }

    @Test("cannot call from a task that outlives the run, which is told so")
    func late() throws {
        try play("call-too-late", ["target": "'test:helper'"]) { daemon, record in
            #expect(record["result"] == "nothing", "\(record.fields)")
            try daemon.wait("the task has its answer") {
                daemon.log.all("TICK").contains {
                    $0["result"] == "'test:helper' cannot be called any more: the run is over"
                }
            }
            #expect(!daemon.log.all("TICK").contains { $0["result"] == "called" })
        }
    }

    @Test("must call where they run")
    func astray() throws {
        try play("call-astray", ["target": "'test:helper'"]) { _, record in
            #expect(
                record["error"]
                    == "'test:helper' cannot be called from another thread than that of the job function",
                "\(record.fields)")
        }
    }

    @Test("see the registry")
    func registry() throws {
        try play("find", [:]) { _, record in
            #expect(record["result"] == "1 jobs, function.swift, nobody", "\(record.fields)")
        }
    }
}
