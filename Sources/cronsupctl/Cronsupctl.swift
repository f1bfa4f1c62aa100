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
            """,
        version: "cronsupctl \(ProgramVersion.text)",
        subcommands: [NextCommand.self, ExplainCommand.self, ImportCommand.self, RegistryCommand.self])
}
