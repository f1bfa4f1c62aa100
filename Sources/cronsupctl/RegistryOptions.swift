import ArgumentParser
import Crontool
import Host
import Kernel
import Registry

/// What all commands on a registry have.
struct RegistryOptions: ParsableArguments {
    @Option(help: "The registry: a YAML file, or a directory with all directories below it.", completion: .file())
    var registry = "/etc/cronsupd"

    @Flag(help: "Print whole entries as JSON.")
    var json = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    /// Errors in the registry, all of them, end the command.
    func query() throws -> RegistryQuery {
        let reading = try RegistryReader.readPatiently(registry)
        let load = RegistrySnapshot.load(reading.files, ignored: reading.ignored)
        StandardDescriptors.writeError(load.notes.map { "\($0.rendered)\n" }.joined())
        guard let snapshot = load.snapshot else {
            StandardDescriptors.writeError(load.errors.map { "\($0.rendered)\n" }.joined())
            throw Ending(code: ExitCode.wrongInput)
        }
        return RegistryQuery(snapshot)
    }
}
