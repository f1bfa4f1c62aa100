import ArgumentParser

struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Answers questions about a registry on disk.",
        subcommands: [FindCommand.self, GetCommand.self])
}
