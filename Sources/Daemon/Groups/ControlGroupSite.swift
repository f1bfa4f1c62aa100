package import Kernel
package import Model
import Values

/// Where on this machine the daemon may make control groups, and with which controllers. To find it out changes nothing.
package enum ControlGroupSite: Sendable {
    /// The group of the daemon. Those that it makes are below it, or next to it if it is the `supervisor` already.
    case own(ControlGroup, controllers: GroupControllers)
    case none(reason: String)

    /// A group with controllers has groups below it and no processes, so the daemon needs one for itself. The service
    /// manager may have made it (systemd.resource-control(5), DelegateSubgroup=).
    package static let supervisor = "cronsupd-supervisor"

    /// What systemd starts for a service with groups of its own, beside the daemon, such as a check before a reload.
    private static let control = ".control"

    /// As it is for this process.
    package static func survey() -> ControlGroupSite {
        do {
            return site(of: try ControlGroup.own())
        } catch {
            return .none(reason: "\(error)")
        }
    }

    static func site(of own: ControlGroup) -> ControlGroupSite {
        let root = root(of: own)
        if let error = root.refusal(of: "cgroup.procs") { return .none(reason: "'\(root.path)' \(words(error))") }
        // Below one with threads of a process here and there, no group holds processes.
        let type = (try? root.read("cgroup.type")) ?? "domain\n"
        guard type == "domain\n" else {
            return .none(reason: "'\(root.path)' is of the type '\(PrintableText.escape(String(type.dropLast())))'")
        }
        return .own(own, controllers: controllers(root, own))
    }

    private static func words(_ error: SystemError) -> String {
        if error.isReadOnly { return "is read-only for this process, as with ProtectControlGroups=yes" }
        if error.isNotFound { return "is not there" }
        return "is not this user's (a service has it with Delegate=yes)"
    }

    /// The group below which the daemon makes others.
    package static func root(of own: ControlGroup) -> ControlGroup {
        own.name == supervisor || own.name == control ? own.parent ?? own : own
    }

    /// Whether this process is a part of the service.
    private var isService: Bool {
        switch self {
        case .own(let own, _): own.name == Self.supervisor || own.name == Self.control
        case .none: false
        }
    }

    /// For a process that starts nothing: outside of the service a limit without its controller is no error.
    package var controllersToCheck: GroupControllers {
        var controllers = controllers
        controllers.areBinding = isService
        return controllers
    }

    package var controllers: GroupControllers {
        switch self {
        case .own(_, let controllers): controllers
        case .none(let reason): GroupControllers([], reason: reason, hasGroups: false)
        }
    }

    static func controllers(_ root: ControlGroup, _ own: ControlGroup) -> GroupControllers {
        do throws(SystemError) {
            let found = Set(try root.controllers().compactMap(GroupController.init))
            guard !found.isEmpty else { return GroupControllers([], reason: "'\(root.path)' has no such controller") }
            // Those that are enabled stay so, whatever processes are in there.
            let enabled = found.intersection(try root.enabledControllers().compactMap(GroupController.init))
            if let obstacle = try obstacle(root, own) { return GroupControllers(enabled, reason: obstacle) }
            return GroupControllers(found, reason: "'\(root.path)' has no such controller")
        } catch {
            return GroupControllers([], reason: error.description)
        }
    }

    /// Why controllers cannot be enabled.
    private static func obstacle(_ root: ControlGroup, _ own: ControlGroup) throws(SystemError) -> String? {
        guard root.canWrite("cgroup.subtree_control") else { return "'\(root.path)' is not delegated to this user" }
        if root.isRoot { return nil }
        let others = try root.processes().filter { $0 != ThisProcess.id }
        guard let other = others.first else { return nil }
        return "process \(other) is in '\(root.path)' with cronsupd, which needs a group of its own"
    }
}
