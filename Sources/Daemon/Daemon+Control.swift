import Kernel
import Links
import Logging
import Model
import Registry
import Supervision
import Values
import Wire

/// What clients of the control socket ask of the daemon.
extension Daemon: ControlDesk {
    /// `nil`: there is no place for it, or it cannot be had, which is said.
    func openControl() -> ControlSocket? {
        guard let path = runtime.path else { return nil }
        do throws(SystemError) {
            if rights.areShared { try runtime.makePlaceReachable() }
            let limits = ControlLimits(waiting: DescriptorBudget.waitingClients)
            return try ControlSocket(pool, rights, in: path, self, limits: limits, machine: machine)
        } catch {
            log.write(
                .warning, "Control socket unavailable",
                ["error": "\(error)", "text": "cronsupctl can neither ask this daemon nor tell it anything"])
            return nil
        }
    }

    var registryPath: String { configuration.registry }

    func isDisabled(_ id: EntryID) -> Bool { disabled.contains(id) }

    func reload(allowsEmpty: Bool) -> Int {
        let isUnderWay = !reloader.isIdle
        requestReload()
        if allowsEmpty { emptyReload.mean() }
        return isUnderWay ? 2 : 1
    }

    func isGroup(_ name: String) -> Bool { desired.contains { $0.policy.concurrency?.group == name } }

    func note(_ action: String, _ fields: LogFields, by connection: Connection) {
        var all: LogFields = ["action": .text(action)]
        all.list += fields.list
        all.add("uid", .number(connection.peer.user))
        all.add("pid", .number(connection.peer.process))
        log.write(.notice, "Operator request", all)
    }

    // MARK: Reloads

    func reloadDone(_ difference: RegistryDifference) -> ControlAnswer.Done {
        var done = ControlAnswer.Done(count: jobCount, disabled: disabledCount)
        done.added = Int64(difference.added.count)
        done.changed = Int64(difference.changed.count)
        done.removed = Int64(difference.removed.count)
        done.unchanged = Int64(difference.unchanged.count)
        return done
    }

    /// So many errors are told, and the log has them all.
    private static let mostErrors = 20

    func refusal(of errors: [Diagnostic]) -> [ControlAnswer] {
        let count = "\(errors.count) \(errors.count == 1 ? "error" : "errors") in the registry; the one in force stays"
        return errors.prefix(Self.mostErrors).map { .error(text: $0.rendered) } + [.refused(.init(.registry, count))]
    }
}
