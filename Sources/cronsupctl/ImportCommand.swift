import ArgumentParser
import Crontool
import Host
import Kernel
import Values

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes crontabs into a registry file of function.exec entries, on the standard output.",
        discussion: """
            A file is read in the format of users' crontabs; /etc/crontab, files in /etc/cron.d, and with --system all, \
            have the user's name before the command. Lines that cannot be read are all shown, and then nothing is printed.
            """)

    @Argument(help: "The crontabs; - is the standard input.", completion: .file())
    var files: [String]

    @Flag(help: "The files have the user's name before the command.")
    var system = false

    @Option(help: "Whose crontabs they are, if they have no such column.")
    var user: String?

    @Option(help: "The namespace of the entries.")
    var namespace = "crontab"

    func run() throws {
        guard EntryID.isValidName(namespace) else {
            throw InputFailure("namespace: '\(namespace)'; expected \(EntryID.rule)")
        }
        let files = try files.map { try CrontabSource.read($0, isSystem: system, owner: user) }
        let result = CrontabImport(files, namespace: namespace, zones: ZoneDirectory().source)
        guard result.errors.isEmpty else {
            StandardDescriptors.writeError(result.errors.joined(separator: "\n") + "\n")
            throw Ending(code: ExitCode.wrongInput)
        }
        try write(result.registry)
    }
}
