import ArgumentParser
import Host

/// The command line of `cronsupctl`.
struct Cronsupctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronsupctl",
        abstract: "Shows and steers the jobs of a running cronsupd; answers questions about schedules and registries.",
        discussion: """
            Without arguments: status.

            Exit codes: 0 done; 1 nothing was found, or cronsupd refuses; 2 a run did not end ok; 3 no cronsupd is running; 4 how a \
            run ended is not known; 124 a time is over; 130 Ctrl-C; 100 the command line, a schedule, a crontab or the registry is wrong, or this user may not; \
            111 the system failed.

            Examples:
              cronsupctl status --failing
              cronsupctl next '30 2 * * 1-5' --timezone Europe/Riga
              cronsupctl explain '0 0 13 * 5'
              crontab -l | cronsupctl import - > crontab.yaml
              cronsupctl registry find meta.type=cron.job --registry jobs
            """,
        version: "cronsupctl \(ProgramVersion.text)",
        subcommands: [
            StatusCommand.self, ListCommand.self, TopCommand.self, RunCommand.self, WaitCommand.self,
            CancelCommand.self,
            KillCommand.self, RestartCommand.self, ResetCommand.self, PauseCommand.self, ResumeCommand.self,
            ReloadCommand.self,
            PingCommand.self, MetricsCommand.self, DaemonsCommand.self, HistoryCommand.self, OutputCommand.self,
            WhyCommand.self,
            EventsCommand.self, LedgerCommand.self, NextCommand.self, ExplainCommand.self, ImportCommand.self,
            RegistryCommand.self, SchemaCommand.self,
            CompleteCommand.self,
        ])
}
