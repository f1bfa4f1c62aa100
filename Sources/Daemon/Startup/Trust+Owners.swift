import Kernel
import Model

extension Trust {
    struct NoSuchUser: Error, CustomStringConvertible {
        let description: String
    }

    /// Root, these users, which are names or numbers, and those that the environment names.
    init(naming owners: [String]) throws(NoSuchUser) {
        let variable = ReservedVariables.trustedOwners
        let inherited = (ThisProcess.environment(variable) ?? "").split(separator: ",").map(String.init)
        let named = owners.map { ("--trust-owner", $0) } + inherited.map { (variable, $0) }
        var numbers: [UInt32] = []
        for (place, name) in named {
            guard let number = UserTable.user(named: name)?.number ?? UInt32(name) else {
                throw NoSuchUser(description: "\(place): no user '\(name)'; expected a user's name or number")
            }
            if number != 0 { numbers.append(number) }
        }
        self.init(besidesRoot: numbers)
    }
}
