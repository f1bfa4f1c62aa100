package import Clocks
internal import Glibc

/// One certain process: its number alone is another's some day.
package struct ProcessIdentity: Hashable, Sendable {
    package let pid: ProcessID
    /// When it began, in the kernel's ticks since the boot.
    package let began: UInt64

    /// The process that has the number now; `nil` if there is none.
    package init?(_ pid: ProcessID) {
        guard let began = ProcessTable.beginning(of: pid) else { return nil }
        (self.pid, self.began) = (pid, began)
    }

    /// What `note` made.
    package init?(note: String) {
        let words = note.split(separator: " ")
        guard words.count == 2, let pid = ProcessID(words[0]), pid > 1, let began = UInt64(words[1]) else { return nil }
        (self.pid, self.began) = (pid, began)
    }

    package var note: String { "\(pid) \(began)" }

    /// Whether it is still there, and no zombie.
    package var isAlive: Bool { ProcessIdentity(pid) == self && ProcessTable.row(pid).map { !$0.isZombie } ?? false }

    /// One that has ended is no error.
    package func send(_ signal: Signal) {
        // The process that has the number now is the one that is looked at and told below.
        if let handle = try? ProcessHandle(pid), isAlive { handle.send(signal) }
    }

    /// Sends SIGKILL to it and to everything that descends from it, unless it has ended. It need not be a child of this process.
    package func killTree() {
        // The process that has the number now is the one that is looked at and killed below.
        guard let handle = try? ProcessHandle(pid), isAlive else { return }
        // Stopped, it keeps its number.
        handle.send(.stop)
        ProcessTree.killDescendants(of: pid)
        handle.kill()
    }
}

extension ProcessTable {
    /// When a process began, in the kernel's ticks since the boot; `nil` if there is none.
    static func beginning(of pid: ProcessID) -> UInt64? { number(22, of: pid) }

    /// What a process has had of the processor, its children not counted; `nil` if there is none. A zombie has it still.
    package static func processorTime(of pid: ProcessID) -> Nanoseconds? {
        guard let user = number(14, of: pid), let system = number(15, of: pid) else { return nil }
        // Ticks of a hundredth of a second, for programs (times(2)).
        return Nanoseconds(Int64(user + system) * 10_000_000)
    }

    /// A field of /proc/PID/stat after the third, counted from 1 (proc(5)).
    private static func number(_ field: Int, of pid: ProcessID) -> UInt64? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 1) { buffer in
            guard let text = unsafe read("/proc/\(pid)/stat", into: buffer) else { return nil }
            return unsafe number(field, in: text)
        }
    }

    /// A program's name, the second field, may hold blanks and brackets.
    private static func number(_ field: Int, in text: UnsafeRawBufferPointer) -> UInt64? {
        guard let bracket = unsafe text.lastIndex(of: UInt8(ascii: ")")), bracket + 2 < text.count else { return nil }
        var rest = unsafe UnsafeRawBufferPointer(rebasing: text[(bracket + 2)...])
        for _ in 3..<field {
            guard let blank = unsafe rest.firstIndex(ofByte: UInt8(ascii: " ")) else { return nil }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[(blank + 1)...])
        }
        let end = unsafe rest.firstIndex(ofByte: UInt8(ascii: " ")) ?? rest.count
        return unsafe UInt64(String(decoding: rest[..<end], as: UTF8.self))
    }
}
