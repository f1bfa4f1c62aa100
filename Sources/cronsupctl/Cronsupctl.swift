import ArgumentParser
import Host

/// The command line of `cronsupctl`.
struct Cronsupctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronsupctl",
        abstract: "Answers questions about schedules and registries, without a daemon.",
        discussion: """
            Exit codes: 0 done; 1 nothing was found (registry find, registry get, explain --entry); 100 the command line, a schedule, a \
            crontab or the registry is wrong; 111 the system failed.

            Examples:
              cronsupctl next '30 2 * * 1-5' --timezone Europe/Riga
              cronsupctl explain '0 0 13 * 5'
              crontab -l | cronsupctl import - > crontab.yaml
              cronsupctl registry find meta.type=cron.job --registry jobs
            """,
        version: "cronsupctl \(ProgramVersion.text)",
        subcommands: [
            NextCommand.self, ExplainCommand.self, ImportCommand.self, RegistryCommand.self, SchemaCommand.self,
            CompleteCommand.self,
        ])
}
