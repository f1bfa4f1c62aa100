package import Model
package import Schedules

/// What the importer asks of the machine on which cron ran and the jobs will run.
package struct CrontabHost: Sendable {
    package var accounts: AccountSource
    package var zones: ZoneSource
    /// Whether there is a program of this name in the directories of a PATH.
    package var hasProgram: @Sendable (_ name: String, _ path: String) -> Bool
    package var login: CronLogin

    package init(
        accounts: AccountSource, zones: ZoneSource, login: CronLogin = CronLogin(),
        hasProgram: @escaping @Sendable (_ name: String, _ path: String) -> Bool
    ) {
        (self.accounts, self.zones, self.login, self.hasProgram) = (accounts, zones, login, hasProgram)
    }
}

/// What cron's jobs get of PAM (pam_env(8), pam_limits(8)) in addition to what the crontab says.
package struct CronLogin: Hashable, Sendable {
    /// As `environment_file` takes them.
    package var files: [String] = []
    /// Of files that `environment_file` would read in another way, or refuse.
    package var variables: [ExecCommand.Variable] = []
    /// What a job gets of it here in another way, or not at all.
    package var notes: [String] = []

    package init() {}
}
