import Clocks
import Glibc
import Kernel
import Logging
import Model
import TestSupport
import Testing
import Values
import Wire

@testable import Daemon

@Suite("A start")
struct StartupTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs one with a program that does what a line of a shell says when it is asked for its functions.
    private func start(_ line: String) throws -> LoadedJobs {
        try directory.write("#!/bin/sh\n\(line)\necho protocol 2; echo function heartbeat\n", to: "worker")
        chmod("\(directory.path)/worker", 0o700)
        let configuration = Configuration(
            registry: "\(directory.path)/registry", worker: "\(directory.path)/worker", logFormat: .json,
            logLevel: .info, stopTimeout: .seconds(1), runtimeDirectory: nil)
        return try Startup(configuration).loaded
    }

    @Test("does not believe errors in a registry that has changed since it was read")
    func changed() throws {
        try directory.write("namespace: app\nentries:\n  - name: [", to: "registry/jobs.yaml")
        try directory.write(registry(("job.one", "heartbeat", "1s")), to: "whole")
        // Half of the file is as old as any.
        let loaded = try start("mv '\(directory.path)/whole' '\(directory.path)/registry/jobs.yaml' 2> /dev/null")
        #expect(loaded.errors.isEmpty)
        #expect(loaded.jobs.map(\.id.description) == ["app:job.one"])
    }

    @Test("tells of errors in a registry at rest")
    func atRest() throws {
        try directory.write(registry(("job.one", "hartbeat", "1s")), to: "registry/jobs.yaml")
        #expect(try start("").errors.count == 1)
    }

    @Test("takes files for complete 200 ms after they were written, and such as come from the future")
    func quietTime() {
        let now = WallInstant(nanoseconds: 1_000_000_000)
        for (age, isQuiet) in [(0, false), (199_999_999, false), (200_000_000, true), (-1, true)] {
            #expect(RestingFiles.areQuiet(WallInstant(nanoseconds: 1_000_000_000 - Int64(age)), now) == isQuiet)
        }
    }

    @Test("and a reload do not take a file of Lua for checked that is being written, whether it could be read or not")
    func files() throws {
        let path = "\(directory.path)/jobs.lua"
        for version in [FunctionCheckAnswer.unreadable, FunctionCheckAnswer.version(of: Array("text".utf8))] {
            try directory.write("text", to: "jobs.lua")
            var files = CheckedTexts()
            files.note(path, version)
            #expect(try CheckedTexts.read(files) { _ in false } == nil)
            #expect(try CheckedTexts.read(files) { _ in true } != nil)
        }
        // One that is not there is nobody's to write.
        var files = CheckedTexts()
        files.note("\(directory.path)/missing.lua", FunctionCheckAnswer.unreadable)
        #expect(try CheckedTexts.read(files) { _ in false } != nil)
    }
}
