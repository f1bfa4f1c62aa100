/// What the kernel can limit for all processes of a control group together (cgroups(7)).
package enum GroupController: String, Hashable, Sendable, CaseIterable {
    case cpu, memory, pids
}

/// Which controllers the daemon can give the groups of its workers: this module makes no system calls of its own.
package struct GroupControllers: Hashable, Sendable {
    package var available: Set<GroupController>
    /// Why there are no others.
    package var reason: String
    /// Whether there are groups, with controllers or without.
    package var hasGroups: Bool
    /// Whether a limit without its controller is an error. Where nothing is to be started it is a note: the service may have others.
    package var areBinding = true

    package init(_ available: Set<GroupController>, reason: String, hasGroups: Bool = true) {
        (self.available, self.reason, self.hasGroups) = (available, reason, hasGroups)
    }

    package static var none: GroupControllers {
        GroupControllers([], reason: "there are no control groups", hasGroups: false)
    }
}
