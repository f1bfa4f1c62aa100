import Glibc
import Kernel
import Testing

@Suite("A function in Lua that looks around")
struct LuaCallTests {
    private static let callers = """
        local funcs = require("funcs")
        local M = {}
        function M.call()
            local results = {}
            local function call(name, ...)
                local value, err = funcs.call(name, ...)
                results[name] = err and "failed: " .. tostring(err) or value
            end
            call("test:other", 2, 3)
            call("test:shell", "a b", 7, "$HOME")
            call("test:failing")
            call("test:beat")
            call("test:none")
            call("test:host")
            return results
        end
        function M.ping() return funcs.call("test:pong") end
        function M.pong() return funcs.call("test:ping") end
        return M
        """

    @Test("calls those of other entries, whatever their kind")
    func calls() throws {
        try Scene.play { scene in
            try scene.add(Self.callers, as: "jobs.lua")
            try scene.add("return { add = function(a, b) return { sum = a + b } end }\n", as: "other.lua")
            try scene.write(
                """
                version: "1.0"
                namespace: test
                entries:
                  - {name: other, kind: function.lua, source: file://other.lua, method: add}
                  - {name: shell, kind: function.exec, command: [/bin/echo, hello]}
                  - {name: failing, kind: function.exec, command: "echo broken >&2; exit 3"}
                  - {name: beat, kind: function.swift, method: heartbeat}
                  - {name: host, kind: process.host}
                """, in: "others.yaml")
            try scene.declare([.lua("job", "call", interval: "200ms")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            let expected = [
                "test:beat": "ok", "test:failing": "failed: exit 3: broken",
                "test:host": "failed: 'test:host' is a process.host; expected a function",
                "test:none": "failed: no entry 'test:none' in the registry",
            ]
            let result = try #require(daemon.log.all("TICK")[1]["result"])
            let fields = try #require(LogRecord(Substring(result))).fields
            for (entry, value) in expected { #expect(fields[entry] == value) }
            #expect(result.contains("\"test:other\":{\"sum\":5}"))
            #expect(fields["test:shell"] == "hello a b 7 $HOME")
            // What a command that was called writes is logged as the job's.
            #expect(daemon.log.all("Job output", entry: "test:job").contains { $0["text"] == "broken" })
            #expect(Set(fields.keys).count == 6)
        }
    }

    @Test("does not call another that calls it for ever")
    func recursion() throws {
        try Scene.play { scene in
            try scene.add(Self.callers, as: "jobs.lua")
            try scene.declare([.lua("ping", "ping", interval: "200ms"), .lua("pong", "pong", interval: "1h")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK FAILED", entry: "test:ping", count: 2)
            #expect(
                daemon.log.all("TICK FAILED").allSatisfy {
                    $0["error"]
                        == "'test:pong' is called too deep: functions call each other 16 deep; expected at most 16"
                        || $0["error"]
                            == "'test:ping' is called too deep: functions call each other 16 deep; expected at most 16"
                })
            #expect(daemon.log.count("Worker exited") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("sees the registry in force, and the next one without being started again")
    func registry() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local registry = require("registry")
                local M = {}
                function M.look()
                    local jobs = registry.find({ ["meta.type"] = "cron.job" })
                    local setting = registry.get("test:setting")
                    local none, err = registry.get("test:none")
                    local _, wrong = registry.find({ ["meta..x"] = 1, ["kind^"] = 2 })
                    return {
                        jobs = #jobs, first = jobs[1].id, all = #registry.find(), value = setting.data.value,
                        kind = setting.kind, label = setting.meta.label, none = none == nil, err = err,
                        parsed = registry.parse_id("test:setting").name,
                    }
                end
                return M
                """, as: "jobs.lua")
            func set(_ value: String, more: String = "") throws {
                try scene.write(
                    """
                    version: "1.0"
                    namespace: test
                    entries:
                      - {name: setting, kind: registry.entry, value: \(value), meta: {label: here}}
                    \(more)
                    """, in: "settings.yaml")
            }
            try set("one")
            try scene.declare([.lua("job", "look")])
            let daemon = try scene.start(worker: Binaries.worker)
            func result(_ value: String, all: Int) -> String {
                "{\"all\":\(all),\"err\":\"no entry 'test:none' in the registry\",\"first\":\"test:job\",\"jobs\":1,"
                    + "\"kind\":\"registry.entry\",\"label\":\"here\",\"none\":true,\"parsed\":\"setting\","
                    + "\"value\":\"\(value)\"}"
            }
            try daemon.wait(for: "TICK", count: 2)
            #expect(daemon.log.all("TICK").allSatisfy { $0["result"] == result("one", all: 2) })

            // Larger than what the registry had room for.
            let bulk = (1...200).map {
                "  - {name: bulk\($0), kind: registry.entry, text: \(String(repeating: "x", count: 200))}"
            }
            try set("two", more: bulk.joined(separator: "\n"))
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            try daemon.wait("the worker sees the next registry") {
                daemon.log.all("TICK").last?["result"] == result("two", all: 202)
            }
            #expect(daemon.log.count("Spawning worker") == 1)
            #expect(Set(daemon.log.all("TICK").map { $0["pid"] }).count == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
