internal import CLinux
internal import Clocks
internal import Glibc

/// What /proc tells about processes (proc(5)).
package enum ProcessTable {
    /// One line of /proc/PID/stat.
    package struct Row: Hashable, Sendable {
        package let isZombie: Bool
        package let parent: ProcessID
        package let session: ProcessID
    }

    /// `nil` if there is no such process.
    package static func row(_ pid: ProcessID) -> Row? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 1) { buffer in
            guard let text = unsafe read("/proc/\(pid)/stat", into: buffer) else { return nil }
            return unsafe row(text)
        }
    }

    /// A program's name may hold anything, blanks and brackets among it: what counts comes after the last bracket.
    private static func row(_ text: UnsafeRawBufferPointer) -> Row? {
        guard let bracket = unsafe text.lastIndex(of: UInt8(ascii: ")")), bracket + 2 < text.count else { return nil }
        let state = unsafe text[bracket + 2]
        var numbers = unsafe Numbers(text: UnsafeRawBufferPointer(rebasing: text[(bracket + 3)...]))
        guard let parent = numbers.next(), numbers.next() != nil, let session = numbers.next() else { return nil }
        let isZombie = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
        return Row(isZombie: isZombie, parent: parent, session: session)
    }

    /// Calls `body` with the ID of each process that there is. One that begins meanwhile may be missed.
    package static func visit(_ body: (ProcessID) -> Void) throws(SystemError) { try visit(in: "/proc", body) }

    /// The children of this process, zombies among them. One that begins meanwhile may be missed.
    package static func children() -> [ProcessID] { children(of: getpid()) }

    /// The children of a process, zombies among them; none if there is no such process.
    package static func children(of pid: ProcessID) -> [ProcessID] {
        var children: [ProcessID] = []
        var isComplete = true
        // Each thread has those that it started, and some thread those that were adopted.
        try? visit(in: "/proc/\(pid)/task") { thread in
            let list = "/proc/\(pid)/task/\(thread)/children"
            isComplete = appendChildren(list, to: &children) && isComplete
        }
        return isComplete ? children : childrenByParent(of: pid)
    }

    private static func appendChildren(_ list: String, to children: inout [ProcessID]) -> Bool {
        guard let file = try? Descriptor.open(reading: list) else { return false }
        // A number has at most seven digits.
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while case .bytes(let count)? = try? file.read(into: &chunk, from: 0) { text += chunk[..<count] }
        unsafe text.withUnsafeBytes {
            var numbers = unsafe Numbers(text: $0)
            while let child = numbers.next() { children.append(child) }
        }
        return true
    }

    /// For a kernel without those lists (CONFIG_PROC_CHILDREN).
    private static func childrenByParent(of parent: ProcessID) -> [ProcessID] {
        var children: [ProcessID] = []
        try? visit { if row($0)?.parent == parent { children.append($0) } }
        return children
    }

    private static func visit(in directory: String, _ body: (ProcessID) -> Void) throws(SystemError) {
        guard let stream = unsafe opendir(directory) else { throw SystemError("opendir", directory, code: errno) }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let number = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                var numbers = unsafe Numbers(text: name)
                return numbers.next()
            }
            if let number { body(number) }
        }
    }

    /// At most as much as the buffer holds.
    static func read(_ path: String, into buffer: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard let file = try? Descriptor.open(reading: path),
            case .bytes(let count)? = try? unsafe file.read(into: buffer)
        else { return nil }
        return unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    /// Whole numbers between blanks. What is no number ends it, and so does the end of the text.
    @safe private struct Numbers {
        let text: UnsafeRawBufferPointer
        private var index = 0

        init(text: UnsafeRawBufferPointer) { unsafe self.text = text }

        mutating func next() -> ProcessID? {
            while unsafe index < text.count, unsafe text[index] == UInt8(ascii: " ") { index += 1 }
            var number: ProcessID?
            while unsafe index < text.count, case let digit = unsafe text[index], ASCII.isDigit(digit) {
                number = (number ?? 0) &* 10 &+ ProcessID(digit - UInt8(ascii: "0"))
                index += 1
            }
            return number
        }
    }
}
