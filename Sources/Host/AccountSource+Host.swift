package import Kernel
package import Model

extension AccountSource {
    /// Those of this machine, as they are when they are asked for.
    package static var host: AccountSource {
        AccountSource(current: ThisProcess.userID, user: lookUpUser, group: lookUpGroup)
    }

    /// Sets what a login would have set of HOME, LOGNAME and USER and what is missing, for whatever this process starts: a service
    /// of the system has none of them.
    package func completeLogin() throws(SystemError) {
        for variable in login where ThisProcess.environment(variable.name) == nil {
            try Surroundings.setVariable(variable.name, variable.value ?? "")
        }
    }

    /// A name goes before a number that looks like it; a number without a name is a user too, with no home.
    @Sendable
    private static func lookUpUser(_ key: Key) -> User? {
        if let found = UserTable.user(named: key) ?? UInt32(key).flatMap({ UserTable.user(numbered: $0) }) {
            return User(
                name: found.name, number: found.number, group: found.group,
                groups: UserTable.groups(of: found.name, besides: found.group), home: found.home, shell: found.shell)
        }
        return UInt32(key).map {
            User(name: key, number: $0, group: $0, groups: [$0], home: "/", shell: "/bin/sh")
        }
    }

    @Sendable
    private static func lookUpGroup(_ key: Key) -> UInt32? { UserTable.group(named: key) ?? UInt32(key) }
}
