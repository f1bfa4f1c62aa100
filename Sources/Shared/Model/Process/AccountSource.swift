/// Where users and groups come from: this module makes no system calls of its own.
package struct AccountSource: Sendable {
    package struct User: Hashable, Sendable {
        package var name: String
        package var number: UInt32
        package var group: UInt32
        /// The groups that it belongs to, the one above among them.
        package var groups: [UInt32]
        package var home: String
        package var shell: String

        package init(name: String, number: UInt32, group: UInt32, groups: [UInt32], home: String, shell: String) {
            (self.name, self.number, self.group, self.groups) = (name, number, group, groups)
            (self.home, self.shell) = (home, shell)
        }
    }

    /// A name, or digits for a number.
    package typealias Key = String

    /// Whose rights the daemon has.
    package let current: UInt32
    private let lookUpUser: @Sendable (Key) -> User?
    private let lookUpGroup: @Sendable (Key) -> UInt32?

    package init(
        current: UInt32, user: @escaping @Sendable (Key) -> User?, group: @escaping @Sendable (Key) -> UInt32?
    ) {
        (self.current, lookUpUser, lookUpGroup) = (current, user, group)
    }

    package func user(_ key: Key) -> User? { lookUpUser(key) }
    /// What a login sets for who runs the daemon: HOME, LOGNAME and USER. None for a number without a name.
    package var login: [ExecCommand.Variable] {
        guard let user = user(String(current)), user.name != String(current) else { return [] }
        return [.init("HOME", user.home), .init("LOGNAME", user.name), .init("USER", user.name)]
    }
    package func group(_ key: Key) -> UInt32? { lookUpGroup(key) }

    /// Knows root alone, and is run by it.
    package static var rootOnly: AccountSource {
        AccountSource(
            current: 0,
            user: { key in
                guard key == "root" || key == "0" else { return nil }
                return User(name: "root", number: 0, group: 0, groups: [0], home: "/root", shell: "/bin/sh")
            }, group: { $0 == "root" || $0 == "0" ? 0 : nil })
    }
}
