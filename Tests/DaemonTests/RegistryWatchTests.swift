import Clocks
import Host
import Links
import TestSupport
import Testing

@testable import Daemon
@testable import Kernel

/// The kernel's events are real ones, time is the test's.
@Suite("The watch over a registry's files")
final class RegistryWatchTests {
    private let directory: TemporaryDirectory
    private let log: PlayedLog
    private var news: FileNews
    private var watch: RegistryWatch?
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    private var others: [String: FileMark] = [:]

    private static let quiet = Nanoseconds.seconds(2)

    init() throws {
        (directory, log, news) = (try TemporaryDirectory(), try PlayedLog(), FileNews(try PollLoop()))
        try directory.write("one", to: "jobs/a.yaml")
    }

    private func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    private func files(_ registry: String) -> FilesRead {
        let old = FilesRead(path(registry), .unknown, others)
        return old.now(.unasked)
    }

    private func start(_ registry: String = "jobs", remote: String? = nil) -> RegistryWatch {
        let watch = RegistryWatch(
            files(registry), quiet: Self.quiet, news, .unasked, log.log, remote: { _ in remote })
        watch.follow(at: now)
        self.watch = watch
        return watch
    }

    /// What the kernel tells is taken, and then time passes. Returns what a look finds that is due by then.
    private func pass(_ time: Nanoseconds) -> [String]? {
        watch?.wake(news.take(at: now), at: now)
        now = now + time
        return watch?.look(at: now)?.map { String($0.dropFirst(directory.path.utf8.count + 1)) }
    }

    private func replace(_ name: String, with text: String) throws {
        try directory.write(text, to: "new")
        try FileSystem.rename(path("new"), to: path(name))
    }

    // MARK: F59

    @Test("has nothing to do while nothing changes, and says once that it looks")
    func idle() throws {
        let watch = start()
        #expect(watch.deadline == .distantFuture)
        #expect(pass(.seconds(60)) == nil && watch.deadline == .distantFuture)
        // What is not read is nothing to it.
        try directory.write("", to: "other.yaml")
        try directory.write("", to: "jobs/.hidden.yaml")
        #expect(pass(.seconds(60)) == nil && watch.deadline == .distantFuture)
        let records = try log.records("Watching registry")
        #expect(records.count == 1 && records[0].contains(" quiet=2s ") && !records[0].contains("compared_every"))
    }

    @Test("finds that a volume's link was turned (Kubernetes: ConfigMap)", arguments: ["volume", "volume/"])
    func volume(registry: String) throws {
        try directory.write("one", to: "volume/..1/a.yaml")
        try directory.link("volume/..data", to: "..1")
        try directory.link("volume/a.yaml", to: "..data/a.yaml")
        let watch = start(registry)
        try directory.write("two", to: "volume/..2/a.yaml")
        #expect(pass(.seconds(60)) == nil)
        try directory.link("volume/..new", to: "..2")
        try FileSystem.rename(path("volume/..new"), to: path("volume/..data"))
        #expect(pass(Nanoseconds(1_999_999_999)) == nil)
        #expect(pass(Nanoseconds(1)) == ["volume/a.yaml"])
        watch.follow(files(registry), at: now)
        #expect(pass(.seconds(60)) == nil && watch.deadline == .distantFuture)
        // The link leads elsewhere from now on.
        try directory.write("three", to: "volume/..2/a.yaml")
        #expect(pass(Self.quiet) == ["volume/a.yaml"])
    }

    @Test("finds that an editor has saved a file by renaming another one", arguments: ["jobs", "jobs/a.yaml"])
    func rename(registry: String) throws {
        let watch = start(registry)
        for text in ["two", "three"] {
            try replace("jobs/a.yaml", with: text)
            #expect(pass(Nanoseconds(1_999_999_999)) == nil)
            #expect(pass(Nanoseconds(1)) == ["jobs/a.yaml"])
            watch.follow(files(registry), at: now)
        }
        // Written again as it was, it is another file.
        try replace("jobs/a.yaml", with: "three")
        #expect(pass(Self.quiet) == ["jobs/a.yaml"])
    }

    @Test("waits for the end of a checkout of 200 files, one each 500 ms")
    func checkout() throws {
        _ = start()
        for number in 1...200 {
            try directory.write("text", to: "jobs/\(number % 10)/\(number).yaml")
            #expect(pass(.milliseconds(500)) == nil, "\(number)")
        }
        #expect(pass(.milliseconds(1_499)) == nil)
        #expect(pass(.milliseconds(1))?.count == 210)
    }

    @Test("waits for what is written into a directory to which a link was turned")
    func slowLink() throws {
        try directory.write("one", to: "first/a.yaml")
        try directory.link("jobs/linked.yaml", to: "../current/a.yaml")
        try directory.link("current", to: "first")
        _ = start()
        try FileSystem.createDirectories(path("second"))
        try directory.link("new", to: "second")
        try FileSystem.rename(path("new"), to: path("current"))
        for number in 1...10 {
            try directory.write("\(number)", to: "second/a.yaml")
            #expect(pass(.milliseconds(500)) == nil, "\(number)")
        }
        #expect(pass(.milliseconds(1_499)) == nil)
        #expect(pass(.milliseconds(1)) == ["jobs/linked.yaml"])
    }

    @Test("waits for what is written into directories that are new, as in a checkout that makes one at its end")
    func newDirectory() throws {
        _ = start()
        try directory.write("text", to: "jobs/new/deep/1.yaml")
        #expect(pass(Self.quiet) == nil)
        for number in 2...20 {
            try directory.write("text", to: "jobs/new/deep/\(number).yaml")
            #expect(pass(.milliseconds(500)) == nil, "\(number)")
        }
        #expect(pass(.milliseconds(1_499)) == nil)
        #expect(pass(.milliseconds(1))?.count == 22)
    }

    @Test("does not wait for ever: after 5 min for somebody who writes all the time, and not long for other files")
    func restless() throws {
        let watch = start()
        var found: [String]?
        var steps = 0
        while found == nil, steps < 1_000 {
            try directory.write("\(steps)", to: "jobs/a.yaml")
            found = pass(.milliseconds(500))
            steps += 1
        }
        #expect(found == ["jobs/a.yaml"] && steps == 600)
        watch.follow(files("jobs"), at: now)
        (found, steps) = (nil, 0)
        try directory.write("last", to: "jobs/a.yaml")
        while found == nil, steps < 1_000 {
            try directory.write("\(steps)", to: "jobs/job.log")
            found = pass(.milliseconds(500))
            steps += 1
        }
        #expect(found == ["jobs/a.yaml"] && steps == 8)
    }

    @Test("finds what has changed before it could look, as during a load")
    func race() throws {
        let read = files("jobs")
        try directory.write("another", to: "jobs/a.yaml")
        let watch = RegistryWatch(read, quiet: Self.quiet, news, .unasked, log.log, remote: { _ in nil })
        watch.follow(at: now)
        self.watch = watch
        #expect(watch.deadline == now + Self.quiet)
        #expect(pass(Self.quiet) == ["jobs/a.yaml"])
    }

    @Test(
        "finds that what could not be read is mended",
        arguments: ["a link that leads nowhere", "one that leads to itself"])
    func mended(what: String) throws {
        try directory.write("", to: "jobs/sub/b.yaml")
        let leadsNowhere = what == "a link that leads nowhere"
        if leadsNowhere {
            try directory.link("jobs/sub/c.yaml", to: "../../beside/c.yaml")
        } else {
            try directory.link("jobs/sub/circle", to: "circle")
        }
        let watch = start()
        #expect(pass(.seconds(60)) == nil && watch.deadline == .distantFuture)
        if leadsNowhere { try directory.write("", to: "beside/c.yaml") } else { directory.remove("jobs/sub/circle") }
        #expect(pass(Self.quiet) == ["jobs"])
    }

    @Test("has a load that has found out nothing tried again after 30 s")
    func unknown() throws {
        let watch = start()
        watch.follow(FilesRead(path("jobs"), .unknown, [:]), at: now)
        #expect(watch.deadline == now + .seconds(30))
        #expect(pass(.seconds(30)) == ["jobs"])
    }

    @Test("finds a directory that went and came back, or another one in its place, or none")
    func moved() throws {
        let watch = start()
        try FileSystem.rename(path("jobs"), to: path("away"))
        try FileSystem.rename(path("away"), to: path("jobs"))
        #expect(pass(Self.quiet) == nil && watch.deadline == .distantFuture)
        try directory.write("two", to: "jobs/a.yaml")
        #expect(pass(Self.quiet) == ["jobs/a.yaml"])
        watch.follow(files("jobs"), at: now)
        try FileSystem.rename(path("jobs"), to: path("away"))
        #expect(pass(Self.quiet) == ["jobs"])
        watch.follow(files("jobs"), at: now)
        // The same error says nothing new.
        try FileSystem.rename(path("away"), to: path("other"))
        #expect(pass(.seconds(60)) == nil && watch.deadline == .distantFuture)
        try directory.write("three", to: "jobs/a.yaml")
        // It was not there to be looked at.
        #expect(pass(Self.quiet) == nil)
        #expect(pass(Self.quiet) == ["jobs"])
    }

    @Test("looks at all that a registry names: files, missing ones, directories")
    func named() throws {
        try directory.write("", to: "beside/job.lua")
        try directory.write("", to: "cron.d/one")
        others = [
            path("beside/job.lua"): .missing, path("beside/none.env"): .missing,
            path("cron.d"): .unlistable(0),
        ]
        let watch = start()
        for (name, paths) in [
            ("beside/job.lua", ["beside/job.lua"]), ("beside/none.env", ["beside/none.env"]),
            ("cron.d/two", ["cron.d"]),
        ] {
            try directory.write("changed", to: name)
            #expect(pass(Self.quiet) == paths)
            watch.follow(files("jobs"), at: now)
        }
        try directory.write("", to: "beside/another.lua")
        #expect(pass(.seconds(60)) == nil && watch.deadline == .distantFuture)
    }

    @Test("compares the files each 30 s where the kernel tells of nothing, and says why", arguments: [true, false])
    func comparison(isRefused: Bool) throws {
        if isRefused {
            news = FileNews(try PollLoop()) { () throws(SystemError) in throw SystemError("inotify_init1", code: 24) }
        }
        let watch = start(remote: isRefused ? nil : "nfs")
        let record = try #require(try log.records("Watching registry").first)
        #expect(record.contains(isRefused ? "level=WARN" : "level=INFO") && record.contains("compared_every=30s"))
        let reason = isRefused ? "inotify_init1: Too many open files" : "text=\"nfs: others may write there"
        #expect(record.contains(reason))
        #expect(watch.deadline == now + .seconds(30))
        #expect(pass(.seconds(30)) == nil && watch.deadline == now + .seconds(30))
        try directory.write("two", to: "jobs/a.yaml")
        // Nobody tells of it.
        _ = news.take(at: now)
        #expect(pass(.seconds(30)) == nil && watch.deadline == now + Self.quiet)
        try directory.write("three", to: "jobs/a.yaml")
        _ = news.take(at: now)
        #expect(pass(Self.quiet) == nil && watch.deadline == now + Self.quiet)
        #expect(pass(Self.quiet) == ["jobs/a.yaml"])
        #expect(try log.records("Watching registry").count == 1)
    }

    @Test("compares the files when the kernel had more to tell than it keeps")
    func overflow() throws {
        let watch = start()
        try directory.write("two", to: "jobs/a.yaml")
        _ = news.take(at: now)
        var lost = DirectoryWatch.News()
        lost.isIncomplete = true
        for _ in 0..<3 { watch.wake(lost, at: now) }
        #expect(try log.records("Changes lost").count == 1)
        #expect(pass(Self.quiet) == ["jobs/a.yaml"])
    }
}

@Suite("A daemon that watches its registry, on a played kernel")
struct WatchedDaemonTests {
    private static let head = "namespace: app\nentries:\n"
    private static let job =
        "- {name: one, kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 10s}}\n"

    private func play(_ entries: String) throws -> PlayedDaemon {
        let play = try PlayedDaemon(Self.head + entries, quiet: .seconds(2))
        try play.setClock()
        return play
    }

    /// Another registry, and rounds until that has come to something.
    private func change(_ play: PlayedDaemon, _ text: String) throws {
        try play.declare(text)
        try play.setClock()
        let count = try play.records("Registry changed").count
        // What others do in /tmp is told as well, and holds up what comes then by 200 ms.
        for _ in 0..<20 where try play.records("Registry changed").count == count {
            try play.daemon.turn()
            play.kernel.now = play.kernel.now + .milliseconds(500)
        }
        try play.finishReload()
        play.kernel.now = play.kernel.now + .seconds(1)
        try play.daemon.turn()
    }

    @Test(
        "sleeps without an end while nothing changes",
        .enabled(if: RemoteFileSystem.name(at: "/tmp") == nil, "needs a /tmp of this machine alone"))
    func sleeps() throws {
        let play = try play("- {name: other, kind: test}\n")
        // What other tests do in /tmp wakes it for 200 ms: so there are rounds until it is quiet there.
        for _ in 0..<1_000 where play.kernel.lastWait != -1 {
            play.kernel.now = play.kernel.now + .seconds(1)
            try play.daemon.turn()
        }
        #expect(play.kernel.lastWait == -1)
    }

    @Test("reloads it after a change, with a record of what has changed, and only then")
    func reload() throws {
        let play = try play(Self.job)
        try play.daemon.turn()
        try change(play, Self.head + Self.job + Self.job.replacing("one", with: "two"))
        let changed = try play.records("Registry changed")
        #expect(changed.count == 1 && changed[0].contains("count=1 path=") && changed[0].contains("jobs.yaml"))
        #expect(try play.records("Reloaded registry").count == 1 && play.daemon.desired.count == 2)
        for _ in 0..<60 {
            play.kernel.now = play.kernel.now + .seconds(1)
            try play.daemon.turn()
        }
        #expect(try play.records("Registry changed").count == 1)
    }

    @Test("says what is wrong with a registry once, until a file changes")
    func errors() throws {
        let play = try play(Self.job)
        try play.daemon.turn()
        for count in 1...2 {
            try change(play, Self.head + "- {name: one, kind: function.none, meta: {type: cron.job}}\n")
            for _ in 0..<60 {
                play.kernel.now = play.kernel.now + .seconds(1)
                try play.daemon.turn()
            }
            #expect(try play.records("Reload failed").count == count)
        }
        #expect(play.daemon.desired.count == 1)
    }

    @Test("never takes changes for the second signal that a reload without a job needs")
    func empty() throws {
        let play = try play(Self.job)
        try play.daemon.turn()
        for count in 1...3 {
            try change(play, Self.head + "- {name: other\(count), kind: test}\n")
            #expect(try play.records("error=\"no job is left").count == count)
        }
        #expect(play.daemon.desired.count == 1)
    }
}
