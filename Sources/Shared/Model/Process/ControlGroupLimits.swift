/// The limits on all processes of a worker together, in its control group: those of the entry's `limits` for which the
/// daemon has the controllers. The daemon puts them into effect, before there is a worker.
package struct ControlGroupLimits: Hashable, Sendable {
    /// In bytes, swap not counted (memory.max).
    package var memory: UInt64?
    /// In bytes (memory.swap.max). `nil`: none if there is a limit on memory, which would move into swap what is past it.
    package var swap: UInt64?
    /// pids.max.
    package var processes: UInt64?
    /// In microseconds of one processor's time in each `period` (cpu.max).
    package var processorTime: Int64?

    /// In microseconds; the kernel's default.
    package static let period: Int64 = 100_000
    /// A kernel without swap has no such file.
    package static let swapFile = "memory.swap.max"

    package init() {}

    package var isEmpty: Bool { self == ControlGroupLimits() }

    package var controllers: Set<GroupController> {
        var controllers: Set<GroupController> = []
        if memory != nil || swap != nil { controllers.insert(.memory) }
        if processes != nil { controllers.insert(.pids) }
        if processorTime != nil { controllers.insert(.cpu) }
        return controllers
    }

    /// The files of a group, and what is to be written into each.
    package var settings: [(file: String, text: String)] {
        var settings: [(file: String, text: String)] = []
        if let memory {
            settings.append(("memory.max", "\(memory)"))
            // A run that has lost one process is in a state that nobody has planned for: all of it is killed.
            settings.append(("memory.oom.group", "1"))
        }
        if memory != nil || swap != nil { settings.append((Self.swapFile, "\(swap ?? 0)")) }
        if let processes { settings.append(("pids.max", "\(processes)")) }
        if let processorTime { settings.append(("cpu.max", "\(processorTime) \(Self.period)")) }
        return settings
    }
}
