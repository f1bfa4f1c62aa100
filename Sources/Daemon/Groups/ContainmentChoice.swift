import Kernel
import Logging
import Model

/// By what means this daemon ends whatever a worker has started: by control groups, or without them by process groups, sessions
/// and the tree of processes.
struct ContainmentChoice {
    /// `nil`: there are none, for the reason.
    let groups: WorkerGroups?
    private let reason: String
    private let controllers: GroupControllers

    /// `key`: whose daemon this is.
    init(_ site: ControlGroupSite, key: String) {
        controllers = site.controllers
        switch site {
        case .none(let reason): (groups, self.reason) = (nil, reason)
        case .own(let own, _):
            do {
                (groups, reason) = (try WorkerGroups(own: own, key: key), "")
            } catch {
                (groups, reason) = (nil, "\(error)")
            }
        }
    }

    func report(to log: CronLog) {
        guard let groups else {
            return log.write(.notice, "Control groups", ["status": "unavailable", "error": .text(reason)])
        }
        let names = controllers.available.map(\.rawValue).sorted().joined(separator: " ")
        log.write(
            .info, "Control groups",
            ["path": .text(groups.base.path), "controllers": .text(names.isEmpty ? "none" : names)])
    }

    func sweep(sparing spared: Set<ProcessID>, log: CronLog) {
        guard let groups else { return }
        do throws(SystemError) {
            let result = try groups.sweep(sparing: spared)
            if result.killed > 0 { log.write(.warning, "Leftovers killed", ["count": .number(result.killed)]) }
            for (entry, left) in groups.takeMoved() { left.report("Leftovers left", .info, of: entry, to: log) }
            for leaf in result.stuck { log.write(.error, "Leftovers unkillable", leaf.unkillable) }
        } catch {
            log.write(.error, "Leftovers unknown", ["error": "\(error)"])
        }
    }
}

extension ContainmentChoice {
    /// To be called at the daemon's end. Returns whether nothing is left of the workers.
    func close(log: CronLog) -> Bool {
        let left = groups?.close() ?? []
        for leaf in left { log.write(.error, "Leftovers unkillable", leaf.unkillable) }
        return left.isEmpty
    }
}

extension ControlGroup {
    /// Of a record that names its processes, which have not gone although they were killed.
    var unkillable: LogFields {
        let processes = treeProcesses().prefix(10).map(String.init).joined(separator: " ")
        return ["path": .text(path), "processes": .text(processes)]
    }
}
