import Glibc
import Kernel
import Testing

@Suite("A function in Lua")
struct LuaTests {
    private static let example =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/Examples/crontab-registry-lua"

    @Test("runs as the example has it")
    func example() throws {
        try Scene.play { scene in
            for name in ["_index.yaml", "jobs.lua"] {
                try scene.add(try #require(TextFile.read("\(Self.example)/\(name)")), as: name)
            }
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "app:job.backup")
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.records[1].number("count") == 4)
            #expect(daemon.log.foreignLines == [])
            func results(_ name: String) -> [String] {
                daemon.log.all("TICK", entry: "app:job.\(name)").compactMap { $0["result"] }
            }
            #expect(results("heartbeat").count >= 5)
            #expect(results("heartbeat").allSatisfy { $0 == "ok" })
            #expect(results("cleanup").allSatisfy { $0 == "0 lines removed" })
            let report = try #require(results("report").first)
            let percent = try #require(report.wholeMatch(of: /load=[0-9.]+ highest=[0-9.]+ mem=(\d+)%/)?.output.1)
            #expect((1...100).contains(Int(percent) ?? 0))

            let written = try #require(TextFile.read("\(scene.registry)/var/registry.json"))
            #expect(results("backup").first == "4 entries, \(written.utf8.count - 1)B written")
            #expect(written.hasPrefix("[{\"") && written.hasSuffix("}]\n"))
            let journal = try #require(TextFile.read("\(scene.registry)/var/journal.txt"))
            #expect(journal.hasPrefix("20") && journal.contains("Z load="))
            #expect(daemon.log.count("no report") == 0)
        }
    }

    @Test("is told of its run, and returns a value")
    func values() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local json = require("json")
                local M = {}
                function M.told(args, context) return args.keep == 3 and require("ctx").get("run") == context.run and context end
                function M.value() return { b = 2.5, a = { 1, json.null, "ä" }, c = { x = true } } end
                function M.nothing() end
                return M
                """, as: "lib/jobs.lua")
            var told = JobText.lua("told", "told", in: "lib/jobs.lua", data: ["args": "{keep: 3, names: [a, b]}"])
            told.meta = ["comment": "\"says it\""]
            try scene.declare([
                told, .lua("value", "value", in: "lib/jobs.lua"), .lua("nothing", "nothing", in: "lib/jobs.lua"),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            for name in ["told", "value", "nothing"] { try daemon.wait(for: "TICK", entry: "test:\(name)", count: 2) }
            #expect(try daemon.stop() == .exited(code: 0))

            let tick = daemon.log.all("TICK", entry: told.id)[1]
            // What the args are stands in it too.
            #expect(
                tick["result"]
                    == "{\"args\":{\"keep\":3,\"names\":[\"a\",\"b\"]},\"attempt\":1,\"directory\":\"\(scene.registry)\","
                    + "\"entry\":\"test:told\",\"meta\":{\"comment\":\"says it\",\"interval\":\"100ms\","
                    + "\"type\":\"cron.job\"},\"run\":2,\"slot\":\"\(tick["slot"] ?? "")\"}")
            #expect(
                daemon.log.all("TICK", entry: "test:value").first?["result"]
                    == "{\"a\":[1,null,\"ä\"],\"b\":2.5,\"c\":{\"x\":true}}")
            #expect(["", nil].contains(daemon.log.all("TICK", entry: "test:nothing").first?["result"]))
        }
    }

    @Test("fails by what it returns or raises, with the place and the traceback")
    func failures() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local util = require("lib.util")
                local M = {}
                function M.returned() return nil, "disk full" end
                local function deep()
                    error("disk broken")
                end
                function M.raised() deep() return 1 end
                function M.index(args, context) return context.none.field end
                function M.required() util.fail() return 1 end
                return M
                """, as: "jobs.lua")
            try scene.add("return { fail = function() error('in the library') end }\n", as: "lib/util.lua")
            let names = ["returned", "raised", "index", "required"]
            try scene.declare(names.map { .lua($0, $0) })
            let daemon = try scene.start(worker: Binaries.worker)
            for name in names { try daemon.wait(for: "TICK FAILED", entry: "test:\(name)", count: 2) }
            #expect(try daemon.stop() == .exited(code: 0))

            func error(_ name: String) -> String {
                daemon.log.all("TICK FAILED", entry: "test:\(name)").first?["error"] ?? ""
            }
            let file = "\(scene.registry)/jobs.lua"
            #expect(error("returned") == "disk full")
            #expect(error("raised").hasPrefix("\(file):5: disk broken\nstack traceback:\n\t[C]: in function 'error'\n"))
            #expect(error("raised").contains("\(file):7: in function"))
            #expect(
                error("index").hasPrefix("\(file):8: attempt to index a nil value (field 'none')\nstack traceback:"))
            #expect(error("required").hasPrefix("\(scene.registry)/lib/util.lua:1: in the library\nstack traceback:"))
            #expect(error("required").contains("\(file):9: in function"))
            // Failures are the runs' and not the workers'.
            #expect(daemon.log.count("Worker exited") == 0)
        }
    }

    @Test("says by its error that another attempt does not help, also in that of a function that it calls")
    func finalErrors() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local funcs = require("funcs")
                local M = {}
                function M.final() return nil, errors.new{ message = "no such account", retryable = false } end
                function M.passed()
                    local _, err = funcs.call("test:final")
                    return nil, errors.wrap(err, err:kind())
                end
                function M.again() return nil, errors.new{ message = "busy", retryable = true } end
                return M
                """, as: "jobs.lua")
            let names = ["final", "passed", "again"]
            try scene.declare(
                names.map {
                    .lua(
                        $0, $0, interval: "300ms",
                        data: ["retry": "{max_attempts: 2, initial_delay: 20ms, max_delay: 20ms}"])
                })
            let daemon = try scene.start(worker: Binaries.worker)
            for name in names { try daemon.wait(for: "TICK FAILED", entry: "test:\(name)", count: 3) }
            #expect(try daemon.stop() == .exited(code: 0))
            func records(_ name: String) -> [LogRecord] { daemon.log.all("TICK FAILED", entry: "test:\(name)") }
            for name in ["final", "passed"] {
                #expect(records(name).allSatisfy { $0["retry"] == "no" && $0.number("attempt") == 1 })
            }
            #expect(records("passed").first?["error"] == "UNKNOWN: no such account")
            #expect(records("again").first?["retry"]?.hasSuffix("ms") == true)
            #expect(records("again").contains { $0.number("attempt") == 2 && $0["retry"] == nil })
        }
    }

    @Test("has the time of day of its job's zone, or of the machine")
    func zones() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local time = require("time")
                return { run = function() return time.unix(1720000000):format("15:04 MST") end }
                """, as: "jobs.lua")
            var calendar = JobText.lua("calendar", "run")
            (calendar.interval, calendar.meta) = (
                nil,
                [
                    "schedule": "\"* * * * * *\"", "seconds": "first", "timezone": "Asia/Kolkata",
                ]
            )
            let interval = JobText.lua("interval", "run", data: ["environment": "{TZ: America/New_York}"])
            try scene.declare([calendar, interval])
            let daemon = try scene.start(worker: Binaries.worker)
            for job in [calendar, interval] { try daemon.wait(for: "TICK", entry: job.id) }
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.all("TICK", entry: calendar.id).first?["result"] == "15:16 IST")
            #expect(daemon.log.all("TICK", entry: interval.id).first?["result"] == "05:46 EDT")
        }
    }

    @Test("remembers from run to run, as long as its worker lives")
    func state() throws {
        try Scene.play { scene in
            try scene.add(
                "local runs = 0\nreturn { count = function() runs = runs + 1; return runs end }\n", as: "jobs.lua")
            var job = JobText.lua("job", "count", interval: "50ms")
            job.lifecycle = JobText.quickRestart
            try scene.declare([job])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 5)
            let first = try daemon.worker(job.id)
            kill(first, SIGKILL)
            try daemon.wait(for: "Worker started", count: 2)
            let second = try daemon.worker(job.id)
            try daemon.wait("runs of the next worker") {
                daemon.log.all("TICK").filter { $0.number("pid") == Int(second) }.count >= 3
            }
            #expect(try daemon.stop() == .exited(code: 0))
            for pid in [first, second] {
                let results = daemon.log.all("TICK").filter { $0.number("pid") == Int(pid) }.map { $0.number("result") }
                #expect(results == Array(1...results.count))
            }
        }
    }

    @Test("has what a job needs: a log, an output, the environment, JSON, the time")
    func modules() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local env, json, logger, time = require("env"), require("json"), require("logger"), require("time")
                local counter = require("lib/counter")
                local M = {}
                function M.all()
                    logger:info("said by Lua", { key = "a value", number = 3, entry = "forged" })
                    logger:with({ kept = true }):named("part"):warn("warned by Lua")
                    print("printed", 1)
                    io.write("written\\n")
                    io.stderr:write("complained\\n")
                    local started = time.now()
                    time.sleep("20ms")
                    local slept = time.now():sub(started):milliseconds()
                    local none, err = env.get("CRON_NOWHERE")
                    local decoded = json.decode('{"list": [1, {"x": null}]}')
                    return {
                        slept = slept >= 20 and slept < 5000, place = env.get("CRON_PLACE"), none = none == nil,
                        err = err ~= nil, encoded = json.encode(decoded), counted = counter.next(),
                        year = time.now():year() > 2000,
                    }
                end
                return M
                """, as: "jobs.lua")
            try scene.add(
                "local n = 0\nreturn { next = function() n = n + 1; return n end }\n", as: "lib/counter/init.lua")
            try scene.declare([.lua("job", "all", interval: "200ms")])
            let daemon = try scene.start(worker: Binaries.worker, environment: ["CRON_PLACE=Riga"])
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))

            #expect(
                daemon.log.all("TICK")[1]["result"]
                    == "{\"counted\":2,\"encoded\":\"{\\\"list\\\":[1,{}]}\",\"err\":true,\"none\":true,"
                    + "\"place\":\"Riga\",\"slept\":true,\"year\":true}")
            let said = try #require(daemon.log.all("said by Lua").dropFirst().first)
            #expect(said.entry == "test:job")
            #expect(said.number("run") == 2)
            #expect(try daemon.worker("test:job") == ProcessID(said.number("pid")))
            #expect((said["key"], said["number"], said["level"]) == ("a value", "3", "INFO"))
            let warned = try #require(daemon.log.all("warned by Lua").first)
            #expect((warned["kept"], warned["logger"], warned["level"]) == ("true", "part", "WARN"))
            let lines = daemon.log.all("Job output", entry: "test:job").compactMap { $0["text"] }
            #expect(Set(lines) == ["printed\t1", "written", "complained"])
        }
    }
}
