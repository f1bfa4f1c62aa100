/// What the last run of each job wrote, as far as it is kept in memory: only that of runs which did not end well is written down.
package struct OutputTails: Sendable {
    private var tails: [Int64: Tail] = [:]
    /// The last run of each job that has ended.
    private var ended: [Int64: Int64] = [:]
    private var size = 0
    private var clock = UInt64(0)

    /// Of one run, and of all together, in bytes.
    package static let longest = 8 * 1_024
    package static let most = 4 * 1_024 * 1_024

    private struct Tail {
        var run: Int64
        var lines = Int64(0)
        var bytes = Int64(0)
        var text: [UInt8] = []
        var used = UInt64(0)
    }

    package init() {}

    /// A line of a run of the job with this number.
    package mutating func append(_ line: String, run: Int64, of job: Int64) {
        clock += 1
        var tail = tails.removeValue(forKey: job) ?? Tail(run: run)
        size -= tail.text.count
        if tail.run != run { tail = Tail(run: run) }
        tail.lines += 1
        tail.bytes += Int64(line.utf8.count) + 1
        tail.text += line.utf8
        tail.text.append(UInt8(ascii: "\n"))
        tail.text.removeFirst(Self.excess(tail.text))
        tail.used = clock
        size += tail.text.count
        tails[job] = tail
        if size > Self.most { makeRoom() }
    }

    /// Whole lines go, if any is whole.
    private static func excess(_ text: [UInt8]) -> Int {
        guard text.count > longest else { return 0 }
        let newline = text[(text.count - longest - 1)...].firstIndex(of: UInt8(ascii: "\n"))
        return newline.map { $0 + 1 } ?? text.count - longest
    }

    /// The quarter that was not written to for longest goes.
    private mutating func makeRoom() {
        for (job, tail) in tails.sorted(by: { $0.value.used < $1.value.used }) {
            guard size > Self.most / 4 * 3 else { return }
            tails[job] = nil
            size -= tail.text.count
        }
    }

    /// The run of the job came to its end.
    package mutating func end(_ run: Int64, of job: Int64) { ended[job] = max(run, ended[job] ?? 0) }

    /// What a run has written after so many lines of it, and whether it has ended since the process began.
    package func lines(of run: Int64, _ job: Int64, after count: Int64) -> NewLines {
        var new = NewLines(seen: count, hasEnded: ended[job] ?? 0 >= run)
        guard let tail = tails[job], tail.run == run, tail.lines > count else { return new }
        let kept = String(decoding: tail.text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        new.lines = kept.suffix(Int(clamping: tail.lines - count)).map(String.init)
        new.lost = tail.lines - count - Int64(new.lines.count)
        new.seen = tail.lines
        return new
    }

    /// What the last run of the job wrote; `run`: if it is this one.
    package mutating func forget(_ job: Int64, run: Int64?) {
        guard let tail = tails[job], run == nil || tail.run == run else { return }
        tails[job] = nil
        size -= tail.text.count
    }

    /// `run`: the one with this number, or the last one.
    package func output(of job: Int64, run: Int64?) -> KeptOutput? {
        guard let tail = tails[job], run == nil || tail.run == run else { return nil }
        return KeptOutput(
            run: tail.run, lines: tail.lines, bytes: tail.bytes, tail: String(decoding: tail.text, as: UTF8.self))
    }
}

/// What has come of a run's output.
package struct NewLines: Hashable, Sendable {
    package var lines: [String] = []
    /// How many before these are not kept.
    package var lost = Int64(0)
    /// How many it has written.
    package var seen: Int64
    package var hasEnded: Bool

    package init(seen: Int64, hasEnded: Bool) { (self.seen, self.hasEnded) = (seen, hasEnded) }
}
