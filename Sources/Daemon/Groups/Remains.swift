import Kernel
import Logging

/// The processes that were left in a control group.
struct Remains: Hashable {
    let count: Int
    /// The name of the first one's.
    let program: String

    /// `nil`: none that has a number here.
    init?(_ group: ControlGroup) { self.init(group.treeProcesses()) }

    init?(_ processes: [ProcessID]) {
        guard let first = processes.first else { return nil }
        (count, program) = (processes.count, ProcessTable.name(of: first) ?? "")
    }
}

extension Remains {
    /// `entry`: the ID, or what the name of a group has room for of it.
    func report(_ message: String, _ level: Logger.Level, of entry: String, to log: CronLog) {
        log.write(
            level, message, ["entry": .text(entry), "count": .number(count), "program": .text(program)])
    }
}
