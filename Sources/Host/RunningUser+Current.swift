import Kernel
package import Registry

extension RunningUser {
    /// Asked for once: the answer may have to come over a network.
    package static let current = RunningUser(
        number: UserTable.currentID, name: UserTable.name(of: UserTable.currentID))
}
