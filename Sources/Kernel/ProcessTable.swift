package import Clocks

/// What /proc tells about processes (proc(5)).
package enum ProcessTable {
    /// One line of /proc/PID/stat.
    package struct Row: Hashable, Sendable {
        package let isZombie: Bool
        package let parent: ProcessID
        package let session: ProcessID
        /// When it began, in the kernel's ticks since the boot.
        let began: UInt64
        /// What it has had of the processor, its children not counted. A zombie has it still.
        package let processorTime: Nanoseconds
    }

    /// `nil` if there is no such process.
    package static func row(_ pid: ProcessID) -> Row? {
        // A program's name may hold anything, blanks and brackets among it: what counts comes after the last bracket.
        guard let text = try? ProcFile.contents("/proc/\(pid)/stat"),
            let bracket = text.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = String(decoding: text[(bracket + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 19, let parent = ProcessID(fields[1]), let session = ProcessID(fields[3]),
            let began = UInt64(fields[19]), let user = Int64(fields[11]), let system = Int64(fields[12])
        else { return nil }
        return Row(
            isZombie: fields[0] == "Z" || fields[0] == "X", parent: parent, session: session, began: began,
            // Ticks of a hundredth of a second, for programs (times(2)).
            processorTime: Nanoseconds((user + system) * 10_000_000))
    }

    /// Of its program, or what it calls itself, also of a zombie; `nil` if there is no such process.
    package static func name(of pid: ProcessID) -> String? {
        (try? ProcFile.text("/proc/\(pid)/comm")).map { String($0.dropLast()) }
    }

    /// Whether `isOne` is true of a process or of one that it descends from; `nil`: one of them has ended meanwhile.
    static func lineage(of pid: ProcessID, has isOne: (Row) -> Bool) -> Bool? {
        var current = pid
        while current > 0 {
            guard let row = row(current) else { return nil }
            if isOne(row) { return true }
            current = row.parent
        }
        return false
    }

    /// All that there are. One that begins meanwhile may be missed.
    package static func processes() throws(SystemError) -> [ProcessID] { try numbers(in: "/proc") }

    /// None if there is no such process.
    static func threads(of pid: ProcessID) -> [ProcessID] { (try? numbers(in: "/proc/\(pid)/task")) ?? [] }

    /// The children that this thread has started, and where it is the main thread those that this process has adopted; zombies among
    /// them. One that begins meanwhile may be missed.
    package static func children() -> [ProcessID] {
        children(of: ThisProcess.id, startedBy: ThreadID.current.number) ?? childrenByParent(of: ThisProcess.id)
    }

    /// The children of a process, zombies among them; none if there is no such process.
    package static func children(of pid: ProcessID) -> [ProcessID] {
        var children: [ProcessID] = []
        // Each thread has those that it started, and some thread those that were adopted.
        for thread in threads(of: pid) {
            guard let own = self.children(of: pid, startedBy: thread) else { return childrenByParent(of: pid) }
            children += own
        }
        return children
    }

    /// `nil`: the kernel has no such list.
    private static func children(of pid: ProcessID, startedBy thread: ProcessID) -> [ProcessID]? {
        let list = try? ProcFile.text("/proc/\(pid)/task/\(thread)/children")
        return list.map { $0.split(separator: " ").compactMap { ProcessID($0) } }
    }

    /// For a kernel without those lists (CONFIG_PROC_CHILDREN).
    private static func childrenByParent(of parent: ProcessID) -> [ProcessID] {
        ((try? processes()) ?? []).filter { row($0)?.parent == parent }
    }

    /// All that descends from a process, each after its parent.
    package static func descendants(of pid: ProcessID) -> [ProcessID] {
        var family = [pid]
        var next = 0
        while next < family.count {
            family += children(of: family[next])
            next += 1
        }
        return Array(family.dropFirst())
    }

    private static func numbers(in directory: String) throws(SystemError) -> [ProcessID] {
        var numbers: [ProcessID] = []
        try FileSystem.visit(directory) { name, _ in if let number = ProcessID(name) { numbers.append(number) } }
        return numbers
    }
}
