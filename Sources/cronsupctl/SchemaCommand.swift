import ArgumentParser
import Registry

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of registry files, for editors.",
        discussion: """
            A line for yaml-language-server, at the top of a registry file: # yaml-language-server: \
            $schema=/usr/local/share/cronsupd/registry.schema.json
            """)

    func run() throws { try write(RegistrySchema.text) }
}
