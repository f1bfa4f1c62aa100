import Kernel

/// The processes that were left in a control group.
struct Remains: Hashable {
    let count: Int
    /// The name of the first one's.
    let program: String

    /// `nil`: none that has a number here.
    init?(_ group: ControlGroup) {
        let processes = group.treeProcesses()
        guard let first = processes.first else { return nil }
        (count, program) = (processes.count, ProcessTable.name(of: first) ?? "")
    }
}
