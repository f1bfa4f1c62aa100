import Clocks
import Model
import Wire

/// A pause that somebody has asked for.
struct JobPause: Hashable {
    var scope = PauseScope.all
    var since = WallInstant(nanoseconds: 0)
    /// `nil`: until somebody ends it.
    var until: WallInstant?
    /// Who has asked.
    var user = UInt32(0)
    var note = ""

    /// Whether it is still in force.
    func holds(at now: WallInstant) -> Bool { until.map { now < $0 } ?? true }
}

/// The pauses in force, and how they are kept for the next daemon.
struct PauseTable {
    private(set) var pauses: [PauseScope: JobPause] = [:]
    /// When the first of them is over.
    private(set) var nextEnd: WallInstant?

    /// So many can be in force at a time.
    static let most = 1_000

    var isEmpty: Bool { pauses.isEmpty }

    /// Those of a job, whether or not they are over.
    private func pauses(of job: JobDefinition) -> [JobPause] {
        if pauses.isEmpty { return [] }
        let group = (job.policy.concurrency?.group).flatMap { pauses[.group($0)] }
        return [pauses[.all], group, pauses[.job(job.id)]].compactMap(\.self)
    }

    /// The one that lasts longest; of several, the widest.
    func pause(of job: JobDefinition, at now: WallInstant) -> JobPause? {
        let inForce = pauses(of: job).filter { $0.holds(at: now) }
        if let endless = inForce.first(where: { $0.until == nil }) { return endless }
        return inForce.reduce(nil) { longest, pause in
            guard let longest, let end = pause.until, let latest = longest.until else { return pause }
            return latest < end ? pause : longest
        }
    }

    /// Up to when the job was paused, of a time before `now` without a daemon; `nil`: it was not.
    func end(of job: JobDefinition, before now: WallInstant) -> WallInstant? {
        pauses(of: job).map { min($0.until ?? now, now) }.max()
    }

    /// Those in force of wider scopes than the job, or the group.
    func wider(than scope: PauseScope, group: String?, at now: WallInstant) -> JobPause? {
        var scopes: [PauseScope] = scope == .all ? [] : [.all]
        if case .job = scope, let group { scopes.append(.group(group)) }
        return scopes.compactMap { pauses[$0] }.first { $0.holds(at: now) }
    }

    // MARK: Changes

    /// In the place of one of the same scope. Returns whether there was room for it.
    mutating func add(_ pause: JobPause) -> Bool {
        guard pauses.count < Self.most || pauses[pause.scope] != nil else { return false }
        pauses[pause.scope] = pause
        updateEnd()
        return true
    }

    mutating func remove(_ scope: PauseScope) -> JobPause? {
        defer { updateEnd() }
        return pauses.removeValue(forKey: scope)
    }

    /// Returns those that are over.
    mutating func expire(at now: WallInstant) -> [JobPause] {
        guard let nextEnd, nextEnd <= now else { return [] }
        let over = pauses.values.filter { !$0.holds(at: now) }
        for pause in over { pauses[pause.scope] = nil }
        updateEnd()
        return over.sorted { $0.since < $1.since }
    }

    private mutating func updateEnd() { nextEnd = pauses.values.compactMap(\.until).min() }

    // MARK: The file

    /// In bytes: more than so many pauses take.
    static let longestFile = 4 << 20

    /// `boot`: they are for this one.
    func encoded(boot: String) -> [UInt8] {
        pauses.values.sorted { $0.since < $1.since }
            .reduce(into: Array("\(boot)\n".utf8)) { $0 += PauseRow(pause: $1).encoded() }
    }

    /// In the place of a boot's name: they are for any.
    static let anyBoot = "any boot"

    /// `nil`: they are of another boot, or it is no such file. A row that is damaged counts for nothing.
    init?(_ bytes: [UInt8], boot: String) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, Array(first) == Array(boot.utf8) else { return nil }
        for line in lines.dropFirst() {
            let row = try? Array(line).withUnsafeBytes { bytes in
                var row = try MessageCoder(reading: bytes)
                return try PauseRow(&row)
            }
            if let pause = (row ?? nil)?.pause { _ = add(pause) }
        }
    }

    init() {}
}

private struct PauseRow: WireMessage {
    static var verb: StaticString { "pause" }
    var pause = JobPause()

    init() {}
    init(pause: JobPause) { self.pause = pause }

    mutating func fields(_ row: inout MessageCoder) {
        PauseScope.fields(&row, &pause.scope)
        row.integer("since", &pause.since.nanoseconds)
        var until = pause.until?.nanoseconds
        row.integer("until", &until)
        pause.until = until.map { WallInstant(nanoseconds: $0) }
        var user = Int64(pause.user)
        row.integer("uid", &user, least: 0, most: Int64(UInt32.max))
        pause.user = UInt32(user)
        row.text("note", &pause.note, absent: "")
    }
}
