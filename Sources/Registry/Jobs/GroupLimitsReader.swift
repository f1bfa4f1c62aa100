import Model
import Values

/// Finds which of an entry's `limits` hold for the job's control group.
struct GroupLimitsReader {
    /// The keys that exist in groups alone.
    static let keys = [processors, swap]
    private static let processors = "cpu"
    private static let swap = "swap"

    private static let range = 0.01...10_000.0

    /// `process`: what was read of the limits that processes have too. They hold for the group as well where that can be.
    static func read(_ data: EntryField, _ process: ProcessSettings, _ controllers: GroupControllers)
        -> ControlGroupLimits
    {
        var limits = ControlGroupLimits()
        for limit in process.limits {
            switch limit.resource {
            case .memory where controllers.available.contains(.memory): limits.memory = limit.value
            case .processes where controllers.available.contains(.pids): limits.processes = limit.value
            default: break
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
        field.error("the control group controller '\(controller.rawValue)' is not available: \(groups.reason)")
        return false
    }
}
