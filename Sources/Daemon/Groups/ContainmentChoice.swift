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

    /// `registry`: whose daemon this is.
    init(_ site: ControlGroupSite, registry: String) {
        controllers = site.controllers
        switch site {
        case .none(let reason): (groups, self.reason) = (nil, reason)
        case .own(let own, _):
            do {
                let key = RegistryKey.of(try FileSystem.realPath(registry))
                (groups, reason) = (try WorkerGroups(own: own, key: key), "")
            } catch {
                (groups, reason) = (nil, "\(error)")
            }
        }
    }

    func report(to log: CronLog) {
        guard let groups else {
            return log.records.notice("Control groups", metadata: ["status": "unavailable", "error": .string(reason)])
        }
        let names = controllers.available.map(\.rawValue).sorted().joined(separator: " ")
        log.records.info(
            "Control groups",
            metadata: ["path": .string(groups.base.path), "controllers": .string(names.isEmpty ? "none" : names)])
    }

    func sweep(sparing spared: Set<ProcessID>, log: CronLog) {
        guard let groups else { return }
        do throws(SystemError) {
            let result = try groups.sweep(sparing: spared)
            if result.killed > 0 {
                log.records.warning("Leftovers killed", metadata: ["count": "\(result.killed)"])
            }
            for leaf in result.stuck { log.records.error("Leftovers unkillable", metadata: leaf.unkillable) }
        } catch {
            log.records.error("Leftovers unknown", metadata: ["error": "\(error)"])
        }
    }
}

extension ContainmentChoice {
    /// To be called at the daemon's end. Returns whether nothing is left of the workers.
    func close(log: CronLog) -> Bool {
        let left = groups?.close() ?? []
        for leaf in left { log.records.error("Leftovers unkillable", metadata: leaf.unkillable) }
        return left.isEmpty
    }
}

extension ControlGroup {
    /// Of a record that names its processes, which have not gone although they were killed.
    var unkillable: Logger.Metadata {
        let processes = treeProcesses().prefix(10).map(String.init).joined(separator: " ")
        return ["path": .string(path), "processes": .string(processes)]
    }
}
