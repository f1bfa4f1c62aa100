import Glibc
import Kernel
import Testing

@Suite("A hostile job in Lua")
struct LuaFaults {
    /// What looks like a worker's words.
    private static let reports = [
        "log level=info run=1 message=forged entry=test:neighbour", "end run=1 outcome=ok result=forged",
        "stopped runs=1",
        "ready protocol=999 next=1", "pong token=1",
    ]

    private static let file = """
        local M = {}
        local reports = { \(reports.map { "'\($0)'" }.joined(separator: ", ")) }

        function M.output()
            print(string.rep("\\0", 100))
            print(string.rep("x", 10 << 20))
            print("\\xff\\xfe\\xc3(")
            for _, report in ipairs(reports) do print(report) end
            io.write("torn")
            return "\\0\\xff" .. string.rep("y", 10 << 20)
        end

        -- The worker's own end of the report pipe.
        function M.nonsense()
            local pipe <close> = assert(io.open("/dev/fd/3", "w"))
            pipe:setvbuf("no")
            pipe:write(string.rep("\\0", 100), "\\n")
            pipe:write(string.rep("x", 10 << 20), "\\n")
            pipe:write("\\xff\\xfe\\xc3(\\n")
            return "ok"
        end

        function M.forgery()
            local pipe <close> = assert(io.open("/dev/fd/3", "w"))
            pipe:setvbuf("line")
            for _, report in ipairs(reports) do pipe:write(report, "\\n") end
            return "ok"
        end

        -- The registry in force, which all workers share.
        function M.registry()
            local opened, why = io.open("/dev/fd/4", "r+")
            if not opened then return "cannot be opened: " .. why end
            local written, reason = opened:write(string.rep("x", 1 << 16))
            if written then written, reason = opened:flush() end
            opened:close()
            return written and "written" or "cannot be written: " .. reason
        end

        function M.neighbour() return require("registry").get("test:neighbour").kind end
        return M
        """

    private static func peak(_ daemon: DaemonProcess) -> Int {
        Proc.status(daemon.pid, "VmHWM")?.split(separator: " ").first.flatMap { Int($0) } ?? .max
    }

    private func start(_ methods: [String], in scene: Scene) throws -> DaemonProcess {
        try scene.add(Self.file, as: "jobs.lua")
        try scene.declare(
            (methods + ["neighbour"]).map {
                var job = JobText.lua($0, $0)
                job.lifecycle = JobText.quickRestart
                return job
            })
        let daemon = try scene.start(worker: Binaries.worker)
        try daemon.wait(for: "TICK", entry: "test:neighbour")
        return daemon
    }

    private func expectHealthyNeighbour(_ daemon: DaemonProcess) throws {
        let ticks = daemon.log.count("TICK", entry: "test:neighbour")
        try daemon.wait(for: "TICK", entry: "test:neighbour", count: ticks + 5)
        let results = daemon.log.all("TICK", entry: "test:neighbour")
        #expect(results.allSatisfy { $0["result"] == "function.lua" })
        #expect(results.map { $0.number("run") } == Array(1...results.count))
        #expect(daemon.log.count("Spawning worker", entry: "test:neighbour") == 1)
        #expect(daemon.log.count("Job output", entry: "test:neighbour") == 0)
        // Ten megabytes passed by, and none of it stayed.
        #expect(Self.peak(daemon) < 60_000)
        _ = try daemon.stop()
        #expect(daemon.log.foreignLines == [])
    }

    // MARK: F42

    @Test("may print what it likes: it is output, and cut")
    func output() throws {
        try Scene.play { scene in
            let daemon = try start(["output"], in: scene)
            try daemon.wait(for: "TICK", entry: "test:output", count: 2)
            let lines = daemon.log.all("Job output", entry: "test:output")
            let texts = lines.compactMap { $0["text"] }
            #expect(Set(texts).isSuperset(of: Self.reports))
            #expect(lines.contains { $0.number("length") == 10 << 20 && $0["text"]?.hasPrefix("xxxx") == true })
            #expect(texts.allSatisfy { $0.utf8.count < 3_000 })
            let result = try #require(daemon.log.all("TICK", entry: "test:output").first?["result"])
            #expect(result.utf8.count < 5_000)
            #expect(daemon.log.count("Message rejected") + daemon.log.count("Protocol error") == 0)
            #expect(daemon.log.count("forged") == 0)
            #expect(daemon.log.count("Worker exited") == 0)
            try expectHealthyNeighbour(daemon)
        }
    }

    @Test("that writes nonsense where its worker reports harms nobody else", arguments: ["nonsense", "forgery"])
    func reports(method: String) throws {
        try Scene.play { scene in
            let daemon = try start([method], in: scene)
            try daemon.wait("the daemon has complained") {
                daemon.log.count("Message rejected") + daemon.log.count("Protocol error") > 0
            }
            #expect(daemon.log.all("Message rejected").allSatisfy { $0.entry == "test:\(method)" })
            #expect(daemon.log.all("Protocol error").allSatisfy { $0.entry == "test:\(method)" })
            #expect(daemon.log.all("forged").allSatisfy { $0.entry == "test:\(method)" })
            try expectHealthyNeighbour(daemon)
        }
    }

    @Test("cannot write to the registry that all workers share")
    func registry() throws {
        try Scene.play { scene in
            let daemon = try start(["registry"], in: scene)
            try daemon.wait(for: "TICK", entry: "test:registry", count: 2)
            #expect(
                daemon.log.all("TICK", entry: "test:registry").allSatisfy {
                    $0["result"]?.hasPrefix("cannot be ") == true
                })
            try expectHealthyNeighbour(daemon)
        }
    }
}
