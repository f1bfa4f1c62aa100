import Model
import Values

/// Finds which of an entry's `limits` hold for the job's control group.
struct GroupLimitsReader {
    /// The key that exists in groups alone.
    static let processors = "cpu"

    private static let range = 0.01...10_000.0

    /// `process`: what was read of the limits that processes have too. They hold for the group as well where that can be.
    static func read(
        _ entry: Entry, _ process: ProcessSettings, _ controllers: GroupControllers, _ issues: inout EntryDiagnostics
    ) -> GroupLimits {
        var limits = GroupLimits()
        for limit in process.limits {
            switch limit.resource {
            case .memory where controllers.available.contains(.memory): limits.memory = limit.value
            case .processes where controllers.available.contains(.pids): limits.processes = limit.value
            default: break
            }
        }
        limits.processorTime = entry.data["limits"]?.map?[processors].flatMap { time($0, controllers, &issues) }
        return limits
    }

    private static func time(_ value: Value, _ groups: GroupControllers, _ issues: inout EntryDiagnostics) -> Int64? {
        let path = ["limits", processors]
        guard let share = number(value), range.contains(share) else {
            issues.error(
                "limits.cpu: expected a number of processors from 0.01 to 10000, such as 0.5, found \(value.phrase)",
                at: path)
            return nil
        }
        guard groups.available.contains(.cpu) else {
            issues.error("limits.cpu: the control group controller 'cpu' is not available: \(groups.reason)", at: path)
            return nil
        }
        return Int64((share * Double(GroupLimits.period)).rounded())
    }

    private static func number(_ value: Value) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
