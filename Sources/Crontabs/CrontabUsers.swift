import Model

/// The users that a crontab names, each looked up once.
struct CrontabUsers {
    private let accounts: AccountSource
    private var known: [String: AccountSource.User?] = [:]
    /// Who imports; `nil`: a user without a name.
    let current: AccountSource.User?

    init(_ accounts: AccountSource) {
        self.accounts = accounts
        current = accounts.user(String(accounts.current))
    }

    /// By the name alone: cron knows no numbers.
    subscript(name: String) -> AccountSource.User? {
        mutating get {
            if let user = known[name] { return user }
            let user = accounts.user(name).flatMap { $0.name == name && UInt32(name) == nil ? $0 : nil }
            known[name] = .some(user)
            return user
        }
    }
}
