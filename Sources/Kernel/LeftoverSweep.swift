package import Clocks
internal import Glibc

/// Kills processes by a mark in their environment, which passes on to all that a process starts, into whatever session it goes.
package struct LeftoverSweep {
    private let mark: [UInt8]
    private let roots: Set<ProcessID>
    private let ancestors: Set<ProcessID>
    /// The processes that have been sent SIGKILL.
    private var killed: Set<ProcessID> = []
    private var environment = [UInt8](repeating: 0, count: 64 * 1_024)

    /// A process that forks and exits as fast as it can lasts through a few.
    private static let mostPasses = 32
    /// More than the kernel lets a program have.
    private static let longestEnvironment = 16 << 20
    /// Between two looks at those that take their time to end.
    private static let breath = Nanoseconds.milliseconds(2)

    /// Sends SIGKILL to every process that has `mark`, `NAME=value`, in the environment that it was started with; waits at most
    /// `patience` for their end. Returns how many there were.
    ///
    /// Spared are this process, `roots`, and what descends from either or is in a session that a root leads. So are processes whose
    /// environment this one may not read.
    package static func kill(
        mark: String, sparing roots: Set<ProcessID>, patience: Nanoseconds
    ) throws(SystemError) -> Int {
        var sweep = LeftoverSweep(mark: mark, roots: roots)
        for _ in 0..<mostPasses {
            guard try sweep.pass().isNew else { break }
        }
        if !sweep.killed.isEmpty { try sweep.waitForEnd(until: Clock.monotonic() + patience) }
        return sweep.killed.count
    }

    private mutating func waitForEnd(until end: MonotonicInstant) throws(SystemError) {
        while Clock.monotonic() < end, try pass().isLeft {
            var poll = Poll()
            try poll.wait(Self.breath)
        }
    }

    private init(mark: String, roots: Set<ProcessID>) {
        self.mark = Array(mark.utf8)
        self.roots = roots.union([getpid()])
        // A job may have started this daemon in the place of the one before.
        ancestors = Set(Self.ancestors(of: getpid()))
    }

    private static func ancestors(of pid: ProcessID) -> [ProcessID] {
        var line: [ProcessID] = []
        var current = pid
        while let parent = ProcessTable.row(current)?.parent, parent > 0, !line.contains(parent) {
            line.append(parent)
            current = parent
        }
        return line
    }

    /// `isNew`: it has found one to kill, which may have started others after this pass. `isLeft`: one was still there.
    private mutating func pass() throws(SystemError) -> (isNew: Bool, isLeft: Bool) {
        var found: [ProcessID] = []
        try ProcessTable.visit { if hasMark($0) { found.append($0) } }
        var result = (isNew: false, isLeft: false)
        for pid in found where kill(pid) {
            result.isLeft = true
            if killed.insert(pid).inserted { result.isNew = true }
        }
        return result
    }

    /// Returns whether it was there and is not spared.
    private mutating func kill(_ pid: ProcessID) -> Bool {
        // The process that has the number now is the one that is looked at and killed below.
        guard let handle = try? ProcessHandle(pid), hasMark(pid), !isSpared(pid) else { return false }
        handle.kill()
        return true
    }

    private func isSpared(_ pid: ProcessID) -> Bool {
        if ancestors.contains(pid) { return true }
        var current = pid
        while current > 0 {
            if roots.contains(current) { return true }
            // One that has ended meanwhile: whose the process is now, the next pass will see.
            guard let row = ProcessTable.row(current) else { return true }
            if roots.contains(row.session) { return true }
            current = row.parent
        }
        return false
    }

    /// Not of a zombie, which has no environment any more.
    private mutating func hasMark(_ pid: ProcessID) -> Bool {
        guard let count = readEnvironment(of: pid), count >= mark.count else { return false }
        return unsafe environment.withUnsafeBytes { bytes in
            var rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count])
            while unsafe !rest.isEmpty {
                let end = unsafe rest.firstIndex(ofByte: 0) ?? rest.count
                if end == mark.count, unsafe rest[..<end].elementsEqual(mark) { return true }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...])
            }
            return false
        }
    }

    /// Returns how many bytes it has.
    private mutating func readEnvironment(of pid: ProcessID) -> Int? {
        guard let file = try? Descriptor.open(reading: "/proc/\(pid)/environ") else { return nil }
        var count = 0
        while case .bytes(let more)? = try? file.read(into: &environment, from: count) {
            count += more
            guard count == environment.count else { continue }
            guard count < Self.longestEnvironment else { break }
            environment += [UInt8](repeating: 0, count: count)
        }
        return count
    }
}
