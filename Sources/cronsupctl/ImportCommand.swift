import ArgumentParser
import Crontabs
import Crontool
import Host
import Kernel
import Registry
import Values

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes crontabs into a registry file of function.exec entries, on the standard output.",
        discussion: """
            A file is read in the format of users' crontabs; /etc/crontab, files in /etc/cron.d, and with --system all, \
            have the user's name before the command. Of a directory, and of one called cron.d, only those files are read that \
            cron reads. What is different from cron is said on the standard error and at the beginning of the file. Lines that \
            cannot be read are all shown, and then nothing is printed, unless --keep-going is given.
            """)

    @Argument(
        help: ArgumentHelp("The crontabs, or directories of crontabs; - is the standard input.", valueName: "path"),
        completion: .file())
    var files: [String]

    @Flag(help: "The files have the user's name before the command.")
    var system = false

    @Option(help: "Whose crontabs they are, if they have no such column.")
    var user: String?

    @Option(help: ArgumentHelp("The namespace of the entries.", valueName: "name"))
    var namespace = "crontab"

    @Flag(help: "Read also files of a directory that cron ignores, such as x.dpkg-old.")
    var all = false

    @Flag(help: "Leave out lines that cannot be read: they become comments, and the exit code is 1.")
    var keepGoing = false

    @Flag(help: "Print nothing but where --registry differs from the crontabs; the exit code is 1 if it does.")
    var diff = false

    @Option(
        help: ArgumentHelp("The registry for --diff. (default: /etc/cronsupd)", valueName: "path"),
        completion: .registry)
    var registry: String?

    func validate() throws {
        if registry != nil, !diff { throw ValidationError("--registry: goes with --diff; expected both or none") }
    }

    func run() throws {
        guard EntryID.isValidName(namespace) else {
            throw InputFailure("namespace: '\(namespace)'; expected \(EntryID.rule)")
        }
        let host = CrontabHost.machine
        var sources = try CrontabSources(isSystem: system ? true : nil, owner: user, takesAll: all, host: host)
        for file in files { try sources.add(file) }
        let result = CrontabImport(sources.files, host: host)
        StandardDescriptors.writeError(result.errors.map { $0 + "\n" }.joined())
        guard result.errors.isEmpty || keepGoing else { throw Ending(code: ExitCode.wrongInput) }
        if diff {
            StandardDescriptors.writeError(sources.notes.map { "note: \($0)\n" }.joined())
            try CrontabDiff(result, registry: registry ?? RegistryOptions.usual).run()
        } else {
            try write(result, notes: sources.notes)
        }
        if !result.errors.isEmpty { throw Ending(code: ExitCode.incomplete) }
    }

    private func write(_ result: CrontabImport, notes: [String]) throws {
        let lines = CronDifferences.lines(of: result)
        StandardDescriptors.writeError((notes + lines).map { "note: \($0)\n" }.joined())
        var text = RegistryText(namespace: namespace, head: CronDifferences.head(files, notes + lines))
        text.add(result.items)
        let (size, most) = (text.text.utf8.count, RegistryLimits().fileBytes)
        guard size <= most else {
            throw InputFailure(
                "the registry file would have \(size) bytes; expected at most \(most): import fewer crontabs at a time, each "
                    + "time with another --namespace")
        }
        try cronsupctl.write(text.text)
    }
}
