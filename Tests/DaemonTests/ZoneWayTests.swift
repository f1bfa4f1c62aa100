import Clocks
import Host
import Links
import Model
import Registry
import Schedules
import TestSupport
import Testing

@testable import Daemon
@testable import Kernel

@Suite("The watch over the way to zone files")
struct ZoneWayTests {
    private let directory: TemporaryDirectory
    private let loop: PollLoop
    private let news: FileNews
    private let watch: ZoneWatch
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    /// The way to the zones is over two links.
    init() throws {
        directory = try TemporaryDirectory()
        loop = try PollLoop()
        let path = "\(directory.path)/zones"
        news = FileNews(loop)
        watch = ZoneWatch(news, path: path)
        try install(0, in: "one")
        try directory.link("zones", to: "middle")
        try directory.link("middle", to: "\(directory.path)/one")
        let text = """
            namespace: app
            entries:
            - name: job
              kind: function.swift
              method: heartbeat
              meta: {type: cron.job, schedule: 0 0 1 1 *, timezone: Test/X}
            """
        let file = RegistryFile(path: "registry.yaml", bytes: Array(text.utf8))
        let candidate = RegistryCandidate([file], zones: ZoneDirectory(path).source)
        let jobs = LoadedJobs(candidate, FunctionAnswers(), mostJobs: 100).jobs
        try #require(jobs.map(\.timezone) == ["Test/X"])
        watch.follow(jobs, at: start)
        try #require(changes() == ["0"])
        try #require(watch.deadline == .distantFuture)
    }

    /// In one step.
    private func install(_ seconds: UInt8, in place: String) throws {
        try directory.write(String(decoding: fixedZone(aheadBy: seconds), as: UTF8.self), to: "\(place)/Test/new")
        try FileSystem.rename("\(directory.path)/\(place)/Test/new", to: "\(directory.path)/\(place)/Test/X")
    }

    private func turn(_ link: String, to target: String) throws {
        try directory.link("new", to: target)
        try FileSystem.rename("\(directory.path)/new", to: "\(directory.path)/\(link)")
    }

    /// How far ahead of UTC each zone is that has changed, or what is wrong with it.
    private func changes(after time: Nanoseconds = .seconds(0)) -> [String] {
        news.goOn()
        return watch.changes(at: start + time).map { _, zone in
            switch zone {
            case .success(let zone): "\(zone.rules.offset(at: 0))"
            case .failure(let failure): failure.message
            }
        }
    }

    /// Whether the kernel has told of something.
    private func isTold() throws -> Bool {
        var (isTold, isNoise) = (false, false)
        repeat {
            isNoise = false
            try loop.turn(until: Clock.monotonic() + .milliseconds(1)) { source in
                guard EventToken(source) == .files else { return }
                isTold = news.take(at: start).groups.contains(.zones)
                isNoise = !isTold
            }
            // Of other tests, in /tmp.
            if isNoise { news.goOn() }
        } while isNoise
        return isTold
    }

    @Test("waits for an update to be complete")
    func quietTime() throws {
        try install(1, in: "one")
        #expect(try isTold())
        watch.wake(at: start)
        #expect(watch.deadline == start + .milliseconds(200))
        // The first has told enough.
        try install(2, in: "one")
        #expect(try !isTold())
        #expect(news.deadline == start + .milliseconds(200))
        #expect(changes() == ["2"])
        #expect(watch.deadline == .distantFuture)
        #expect(try isTold())
        news.goOn()
        #expect(try !isTold())
        try install(3, in: "one")
        #expect(try isTold())
    }

    @Test("is told of each link on the way", arguments: ["zones", "middle"])
    func links(link: String) throws {
        try install(1, in: "two")
        _ = try (isTold(), changes())
        try turn(link, to: "two")
        #expect(try isTold())
        #expect(changes() == ["1"])
        _ = try (isTold(), changes())
        try install(2, in: "two")
        #expect(try isTold())
        #expect(changes() == ["2"])
    }

    @Test("is told of directories that are made anew, part by part")
    func directories() throws {
        try FileSystem.rename("\(directory.path)/one", to: "\(directory.path)/before")
        #expect(try isTold())
        #expect(changes() == ["has lost its file"])
        for part in ["one", "one/Test"] {
            _ = try (isTold(), changes())
            try FileSystem.createDirectories("\(directory.path)/\(part)")
            #expect(try isTold())
            #expect(changes() == [])
        }
        try install(1, in: "one")
        #expect(try isTold())
        #expect(changes() == ["1"])
    }

    @Test("comes to an end where links lead in a circle")
    func circle() throws {
        try turn("middle", to: "zones")
        #expect(try isTold())
        #expect(changes() == ["has lost its file"])
        try turn("middle", to: "one")
        #expect(try isTold())
        #expect(changes() == ["0"])
    }

    @Test("looks again after 10 s where a file could not be read for a reason that may pass, and says so once")
    func passing() throws {
        // A file that is there, and whose first byte cannot be read: EIO.
        try turn("one/Test/X", to: "/proc/self/mem")
        for tries in 0..<3 {
            let time = Nanoseconds.seconds(10 * Int64(tries))
            let found = changes(after: time)
            #expect(found.count == (tries == 0 ? 1 : 0))
            #expect(found.allSatisfy { $0.hasPrefix("cannot be read: read ") })
            #expect(watch.deadline == start + time + .seconds(10))
        }
        try install(1, in: "one")
        #expect(changes() == ["1"])
        #expect(watch.deadline == .distantFuture)
        // One that is wrong stays so until it changes.
        try directory.write("nothing", to: "one/Test/X")
        #expect(changes().count == 1)
        #expect(changes() == [] && watch.deadline == .distantFuture)
    }
}
