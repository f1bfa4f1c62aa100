import Clocks
import Host
import Kernel
import Logging
import Values

/// Finds out when a file that a load has looked at is another one (`--watch`).
///
/// | what comes                                          | what is done                                          |
/// |-----------------------------------------------------|-------------------------------------------------------|
/// | the kernel tells of something                       | a look after the quiet time                           |
/// | a load is over                                      | a look at once: something may have changed during it  |
/// | a load has found out nothing (`unknown`)            | a look after 30 s                                     |
/// | 30 s, where the kernel does not tell of all         | a look                                                |
/// | a look finds the files as they were read            | nothing                                               |
/// | it finds others, and nothing was told for that long | a reload                                              |
/// | it finds others, in directories that are new        | another look: nothing was told of these               |
/// | it finds others, which a look so long ago found too | a reload: what was told of has to do with other files |
/// | it finds others, 5 min after the first change       | a reload: somebody writes all the time                |
/// | it finds others otherwise                           | another look                                          |
final class RegistryWatch {
    /// What is not in force yet.
    private struct Change {
        let first: MonotonicInstant
        /// When the kernel told of something last; `nil`: it did not.
        var last: MonotonicInstant?
        /// The next look.
        var next: MonotonicInstant
        /// What a look has found last, and since when that is so.
        var seen: (files: FilesRead, since: MonotonicInstant)?
        /// Something of what was told is lost.
        var isIncomplete = false
    }

    private let quiet: Nanoseconds
    private let news: FileNews
    private let trust: Trust
    private let log: CronLog
    /// The name of the file system at a path, if others can write to it.
    private let remote: (String) -> String?
    private var known: FilesRead
    private var change: Change?
    /// The kernel's numbers for the directories.
    private var watched: Set<Int32> = []
    private var nextComparison = MonotonicInstant.distantFuture
    /// Why the kernel does not tell of all; `nil`: it does.
    private var blindness: Blindness?
    private var isReported = false

    static let comparisonInterval = Nanoseconds.seconds(30)
    static let longestWait = Nanoseconds.seconds(300)

    init(
        _ files: FilesRead, quiet: Nanoseconds, _ news: FileNews, _ trust: Trust, _ log: CronLog,
        remote: @escaping (String) -> String? = RemoteFileSystem.name(at:)
    ) {
        (known, self.quiet, self.news, self.trust, self.log) = (files, quiet, news, trust, log)
        self.remote = remote
    }

    /// When `look` has something to do.
    var deadline: MonotonicInstant { min(change?.next ?? .distantFuture, nextComparison) }

    /// `nil`: nobody has asked for it.
    convenience init?(_ configuration: Configuration, _ startup: Startup, _ news: FileNews, _ log: CronLog) {
        guard let quiet = configuration.quiet else { return nil }
        let files = FilesRead(configuration.registry, startup.loaded.survey, startup.loaded.marks)
        self.init(files, quiet: quiet, news, startup.programs.trust, log)
    }

    /// To be called after each load, whatever came of it. `files`: what it has looked at; `nil`: what is known.
    func follow(_ files: FilesRead? = nil, at now: MonotonicInstant) {
        known = files ?? known
        change = nil
        watch(at: now)
        nextComparison = blindness == nil ? .distantFuture : now + Self.comparisonInterval
        let current = known.now(trust)
        guard current != known else { return }
        // A load that has found out nothing, as without descriptors, is not tried again at once.
        let pause = known.registry == .unknown ? max(quiet, Self.comparisonInterval) : quiet
        change = Change(first: now, next: now + pause, seen: (current, now))
    }

    /// The kernel has told of something.
    func wake(_ news: DirectoryWatch.News, at now: MonotonicInstant) {
        guard news.isIncomplete || news.groups.contains(.registry) else { return }
        // A directory that has just come is looked at from now on.
        if change == nil { watch(at: now) }
        var change = self.change ?? Change(first: now, next: now + quiet)
        // Once: there may be no end of them.
        if news.isIncomplete, !change.isIncomplete {
            log.write(.warning, "Changes lost", ["text": "too many at once; the registry's files are compared"])
        }
        change.isIncomplete = change.isIncomplete || news.isIncomplete
        change.last = now
        self.change = change
    }

    /// The paths at which something else is now, if the registry is to be loaded again.
    func look(at now: MonotonicInstant) -> [String]? {
        guard now >= deadline else { return nil }
        if now >= nextComparison { nextComparison = now + Self.comparisonInterval }
        // Before the look: what changes after it is told. A directory on the way may be another one by now.
        let before = watched
        watch(change?.seen?.files, at: now)
        let current = known.now(trust)
        guard current != known else {
            change = nil
            return nil
        }
        watch(current, at: now)
        // What was written into a new directory was not told.
        if !watched.isSubset(of: before) { change?.last = now }
        guard isSettled(current, at: now) else { return nil }
        change = nil
        return known.differences(to: current)
    }

    /// If not, there will be another look.
    private func isSettled(_ current: FilesRead, at now: MonotonicInstant) -> Bool {
        var change = self.change ?? Change(first: now, next: now)
        let since = change.seen.flatMap { $0.files == current ? $0.since : nil } ?? now
        change.seen = (current, since)
        let ends = [change.last.map { $0 + quiet }, since + quiet, change.first + max(Self.longestWait, quiet + quiet)]
        change.next = ends.compactMap(\.self).min() ?? now
        self.change = change
        return now >= change.next
    }

    // MARK: What the kernel tells

    private struct Blindness: Hashable {
        let level: Logger.Level
        let reason: String
    }

    /// `more`: besides the files that are known.
    private func watch(_ more: FilesRead? = nil, at now: MonotonicInstant) {
        let all = [known, more].compactMap(\.self)
        let ways = news.directories?.watch(
            all.flatMap(\.files), whole: all.flatMap(\.directories), isWriting: true, for: .registry)
        watched = ways?.numbers ?? []
        note(blindness(ways), at: now)
    }

    private func note(_ blindness: Blindness?, at now: MonotonicInstant) {
        guard blindness != self.blindness || !isReported else { return }
        (self.blindness, isReported) = (blindness, true)
        nextComparison = blindness == nil ? .distantFuture : min(nextComparison, now + Self.comparisonInterval)
        report()
    }

    private func blindness(_ ways: WatchedWays?) -> Blindness? {
        guard let ways else { return news.trouble.map { Blindness(level: .warning, reason: "\($0)") } }
        if let trouble = ways.trouble { return Blindness(level: .warning, reason: "\(trouble)") }
        let systems = Set(ways.places.compactMap(remote)).sorted()
        guard !systems.isEmpty else { return nil }
        let names = systems.joined(separator: ", ")
        return Blindness(level: .info, reason: "\(names): others may write there, of which this kernel is not told")
    }

    private func report() {
        var fields: LogFields = ["quiet": .delay(quiet), "directories": .number(watched.count)]
        if let blindness {
            fields.add("compared_every", .delay(Self.comparisonInterval))
            fields.add("text", .text(blindness.reason))
        }
        log.write(blindness?.level ?? .info, "Watching registry", fields)
    }
}
