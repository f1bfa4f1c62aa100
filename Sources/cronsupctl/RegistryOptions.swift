import ArgumentParser
import Crontool
import Host
import Kernel
import Registry

/// What all commands on a registry have.
struct RegistryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The registry: a YAML file, or a directory with all directories below it.", valueName: "path"),
        completion: .registry)
    var registry = Self.usual

    static let usual = "/etc/cronsupd"

    @Flag(help: "Print whole entries as JSON.")
    var json = false

    @Flag(help: "Whole texts, however narrow the screen is.")
    var wide = false

    func query() throws -> RegistryQuery {
        guard let snapshot = try Self.load(registry).snapshot else { throw Ending(code: ExitCode.wrongInput) }
        return RegistryQuery(snapshot)
    }

    /// Errors in the registry, all of them, end the command.
    static func load(_ path: String) throws -> RegistryLoad {
        let reading = try RegistryReader.readPatiently(path)
        let load = RegistrySnapshot.load(reading.files, ignored: reading.ignored)
            .readingCrontabs(from: CrontabFileReader(runsJobs: false).source)
        StandardDescriptors.writeError(load.notes.map { "\($0.rendered)\n" }.joined())
        guard load.snapshot != nil else {
            StandardDescriptors.writeError(load.errors.map { "\($0.rendered)\n" }.joined())
            throw Ending(code: ExitCode.wrongInput)
        }
        return load
    }
}

extension CompletionKind {
    /// The path of one.
    static var registry: CompletionKind { .file(extensions: RegistryReader.suffixes) }
}
