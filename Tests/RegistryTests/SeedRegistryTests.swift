import Model
import Registry
import Schedules
import Testing
import Values

@Suite("The registry of the example")
struct SeedRegistryTests {
    private static let jobs = [("heartbeat", "1s"), ("cleanup", "3s"), ("report", "5s"), ("backup", "7s")]

    private static func text(jobs kind: String, source: String = "") -> String {
        """
        version: "1.0"
        namespace: app

        entries:
          # app:processes
          - name: processes
            kind: process.host
            host:
              workers: 16
            lifecycle:
              auto_start: true

          - name: scheduler_process
            kind: process.lua
            source: file://scheduler.lua
            method: main
            modules: [logger, registry, process]

          - name: scheduler
            kind: process.service
            process: app:scheduler_process
            host: app:processes
            lifecycle:
              auto_start: true
              depends_on: ["app:processes"]

          - name: worker
            kind: process.lua
            source: file://worker.lua
            method: main

        """
            + jobs.map { name, interval in
                """
                  - name: job.\(name)
                    kind: \(kind)
                \(source)    method: \(name)
                    meta:
                      type: cron.job          # discoverable by scheduler
                      interval: "\(interval)"

                """
            }.joined()
    }

    @Test("has eight entries and four jobs")
    func loads() throws {
        let load = load(Self.text(jobs: "function.swift"))
        #expect(load.errors == [])
        let snapshot = try #require(load.snapshot)
        #expect(
            snapshot.entries.map(\.id.description) == [
                "app:processes", "app:scheduler_process", "app:scheduler", "app:worker", "app:job.heartbeat",
                "app:job.cleanup", "app:job.report", "app:job.backup",
            ])
        let result = JobEntries.definitions(in: load)
        #expect(result.errors == [])
        #expect(result.notes == [])
        #expect(result.jobs.map(\.function) == Self.jobs.map { .swift(name: $0.0, program: nil) })
        #expect(result.jobs.map(\.schedule.text) == Self.jobs.map(\.1))
    }

    @Test("has its jobs in Lua as it stands, in the file beside it")
    func lua() {
        let load = load(Self.text(jobs: "function.lua", source: "    source: file://jobs.lua\n"))
        #expect(load.snapshot?.entries.count == 8)
        let result = JobEntries.definitions(in: load)
        #expect(result.errors == [])
        #expect(
            result.jobs.map(\.function)
                == Self.jobs.map { .lua(LuaFunction(file: "jobs.lua", method: $0.0)) })
    }
}
