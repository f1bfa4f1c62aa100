import Model
import Values

/// Finds which of an entry's `limits` hold for the job's control group.
struct GroupLimitsReader {
    /// The keys that are no limits of a process.
    static let keys = [processors, memory, swap]
    static let processors = "cpu"
    private static let memory = "memory"
    private static let swap = "swap"

    static let range = 0.01...10_000.0

    /// `process`: what was read of the limits of each process. Those on the number of processes hold for the group as well, where that
    /// can be. Memory is bounded in the group alone where that can be, and else in each process.
    static func read(
        _ data: EntryField, _ process: inout ProcessSettings, _ controllers: GroupControllers
    ) -> ControlGroupLimits {
        var limits = ControlGroupLimits()
        if controllers.available.contains(.pids) {
            limits.processes = process.limits.first { $0.resource == .processes }?.value
        }
        if let memory = data["limits"]?[memory].flatMap(ProcessReader.memory) {
            if controllers.available.contains(.memory) {
                limits.memory = memory
            } else {
                process.bound(addressSpace: memory)
            }
        }
        limits.processorTime = data["limits"]?[processors].flatMap { time($0, controllers) }
        limits.swap = data["limits"]?[swap].flatMap { size($0, controllers) }
        return limits
    }

    private static func time(_ field: EntryField, _ groups: GroupControllers) -> Int64? {
        guard let share = field.number, range.contains(share) else {
            return field.expected("a number of processors from 0.01 to 10000, such as 0.5")
        }
        guard require(.cpu, field, groups) else { return nil }
        return Int64((share * Double(ControlGroupLimits.period)).rounded())
    }

    private static func size(_ field: EntryField, _ groups: GroupControllers) -> UInt64? {
        guard let size = field.size else { return field.expected(SizeText.forms) }
        return require(.memory, field, groups) ? size : nil
    }

    private static func require(
        _ controller: GroupController, _ field: EntryField, _ groups: GroupControllers
    ) -> Bool {
        if groups.available.contains(controller) { return true }
        let lack = "the control group controller '\(controller.rawValue)' is not available"
        if groups.areBinding {
            field.error("\(lack): \(groups.reason)")
        } else {
            field.note(.missingController, "\(lack) here: \(groups.reason). The service may have it.")
        }
        return false
    }
}

extension ProcessSettings {
    /// The smaller one of two holds.
    fileprivate mutating func bound(addressSpace size: UInt64) {
        let other = limits.first { $0.resource == .addressSpace }?.value
        limits.removeAll { $0.resource == .addressSpace }
        limits.append(Limit(.addressSpace, min(size, other ?? size)))
    }
}
