import Model

/// What the settings above a line say: it holds for that line and for those after it, up to the next one of the name.
struct CrontabScope {
    private(set) var settings: [CrontabSetting] = []
    /// Of `CRON_TZ`.
    var zone: String?
    /// Names of settings that were refused, with their lines: what would hold is not known.
    private(set) var refused: [String: Int] = [:]

    private static let standardShell = "/bin/sh"
    static let standardPath = "/usr/bin:/bin"

    mutating func keep(_ setting: CrontabSetting) {
        settings.removeAll { $0.name == setting.name }
        settings.append(setting)
        refused[setting.name] = nil
    }

    mutating func keepRefused(_ name: String, _ line: Int) { refused[name] = line }

    func value(_ name: String) -> String? { settings.first { $0.name == name }?.value }

    var path: String { value("PATH") ?? Self.standardPath }
    var shell: String { value("SHELL").flatMap { $0.isEmpty ? nil : $0 } ?? Self.standardShell }

    /// Those of a command: cron sets four, of which the crontab may change three, and what PAM gives does not change any.
    func surroundings(of account: AccountSource.User?, _ login: CronLogin) -> ImportedEntry.Surroundings {
        let home = value("HOME") ?? account?.home
        var variables: [ExecCommand.Variable] = []
        if let home { variables.append(.init("HOME", home)) }
        if let account { variables.append(.init("LOGNAME", account.name)) }
        variables += [.init("SHELL", value("SHELL") ?? shell), .init("PATH", path)]
        let own: Set<String> = ["HOME", "LOGNAME", "SHELL", "PATH"]
        variables += login.variables.filter { !own.contains($0.name) }
        variables += settings.filter { !own.contains($0.name) }.map { .init($0.name, $0.value) }
        return .init(home: home, files: login.files, variables: variables)
    }
}
