import Glibc
import Kernel
import Testing

@Suite("What a function in Lua prints, and where it is when it is ended")
struct LuaOutputTests {
    @Test("is in the log before the end of its run, with the number of the run, also a line that has no end")
    func order() throws {
        try Scene.play { scene in
            try scene.add(
                """
                local M, n = {}, 0
                function M.speak()
                    n = n + 1
                    print("line " .. n)
                    io.stderr:write("error ", n, "\\n")
                    io.write("open ", n)
                    return n
                end
                return M
                """, as: "jobs.lua")
            try scene.declare([.lua("speaker", "speak", interval: "50ms")])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 20)
            // A worker that is killed has nothing left to lose.
            kill(try daemon.worker("test:speaker"), SIGKILL)
            try daemon.wait(for: "Worker exited")
            let records = daemon.log.records.filter { ["TICK", "Job output"].contains($0.message) }
            var texts: [String] = []
            for record in records {
                if record.message == "Job output" {
                    texts.append("\(record.number("run")) \(record["text"] ?? "")")
                } else {
                    let run = record.number("run")
                    #expect(texts == ["line", "error", "open"].map { "\(run) \($0) \(run)" })
                    texts = []
                }
            }
            _ = try daemon.stop()
        }
    }

    private static let loops = """
        local M = {}
        local function spin() while true do end end
        function M.loop()
            io.write("open")
            spin()
        end
        function M.coroutine()
            coroutine.wrap(function() coroutine.resume(coroutine.create(spin)) end)()
        end
        function M.pattern()
            local text = ("a"):rep(28)
            local found = text:find(("a?"):rep(28) .. ("a"):rep(29))
            return found
        end
        function M.read()
            local line = io.open("FIFO"):read("l")
            return line
        end
        function M.call()
            local result = require("funcs").call("test:loop")
            return result
        end
        return M
        """

    /// The lines of Lua, the innermost first, in which each is ended.
    private static let places: [String: [String]] = [
        "loop": ["jobs.lua:2: in function 'spin'", "jobs.lua:5: in function 'loop'"],
        "coroutine": ["jobs.lua:2: in function <", "jobs.lua:8: in function <", "jobs.lua:8: in function 'coroutine'"],
        "pattern": ["[C]: in function 'find'", "jobs.lua:12: in function 'pattern'"],
        "read": ["jobs.lua:16: in function 'read'"],
        "call": ["jobs.lua:2: in function 'spin'", "jobs.lua:5: in function", "jobs.lua:20: in function 'call'"],
    ]

    /// All of it is of the first run.
    private func output(before message: String, of entry: String, _ log: LogFile) -> [String] {
        let records = log.update().prefix { $0.message != message || $0.entry != entry }
        let lines = records.filter { $0.message == "Job output" && $0.entry == entry }
        #expect(lines.allSatisfy { $0.number("run") == 1 })
        return lines.compactMap { $0["text"] }
    }

    /// As many of these, in this order, as there are lines that contain them.
    private func found(_ places: [String], in lines: [String]) -> [String] {
        var found: [String] = []
        for line in lines where found.count < places.count {
            if line.contains(places[found.count]) { found.append(places[found.count]) }
        }
        return found
    }

    @Test(
        "is in the log when its run has reached its time-out, and Lua's own frames are not",
        arguments: ["loop", "coroutine", "pattern", "read", "call"])
    func timeout(method: String) throws {
        try Scene.play { scene in
            mkfifo(scene.path("fifo"), 0o600)
            let fifo = open(scene.path("fifo"), O_RDWR | O_CLOEXEC)
            defer { close(fifo) }
            try scene.add(Self.loops.replacing("FIFO", with: scene.path("fifo")), as: "jobs.lua")
            let policy = ["timeout": "300ms", "kill_after": "10s"]
            var callee = JobText.lua("loop", "loop", interval: "1h", data: policy)
            if method == "loop" { callee.interval = "100ms" }
            var jobs = [callee]
            if method != "loop" { jobs.append(.lua(method, method, data: policy)) }
            try scene.declare(jobs)
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK TIMEOUT", entry: "test:\(method)")
            let texts = output(before: "TICK TIMEOUT", of: "test:\(method)", daemon.log)
            let places = Self.places[method] ?? []
            #expect(found(places, in: texts) == places, "\(texts)")
            #expect(texts.contains("ended by SIGTERM, stack traceback:"))
            let isOpen = method == "loop" || method == "call"
            #expect(texts.contains("open") == isOpen)
            #expect(daemon.log.count("Worker killed") == 0)
            #expect(daemon.log.count("Worker stack") > 0)
            #expect(daemon.log.count("Worker frame") == 0)
            _ = try daemon.stop()
        }
    }

    @Test("is of interest in a run alone: a worker that waits ends by SIGTERM at once")
    func idle() throws {
        try Scene.play { scene in
            try scene.add(Self.loops, as: "jobs.lua")
            var job = JobText.lua("idle", "loop", interval: "1h")
            job.lifecycle = JobText.noRestart
            try scene.declare([job])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            kill(try daemon.worker("test:idle"), SIGTERM)
            try daemon.wait(for: "Worker exited")
            #expect(daemon.log.all("Worker exited").first?["status"] == "signal 15 (SIGTERM)")
            #expect(daemon.log.count("Job output") == 0)
            _ = try daemon.stop()
        }
    }
}
