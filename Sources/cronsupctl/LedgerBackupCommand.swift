import ArgumentParser
import Crontool
import Host
import Kernel
import Values
import Wire

struct LedgerBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Writes a copy of its database to a file.",
        discussion: """
            The file is written with the rights of whoever calls this, readable for its owner alone, and put in its place when it is \
            complete. One that is there is replaced with --overwrite alone, and what is no plain file never. - is the standard output, \
            unless that is a terminal. Exit codes: 1 there is no ledger, or no room for a copy; 3 no cronsupd is running; 100 the file \
            is there, or is none that could be written.
            """)

    @Argument(help: "The file to be written, or -.", completion: .file())
    var file: String

    @Flag(help: "Replace the file, if there is one.")
    var overwrite = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var daemon: DaemonOptions

    private var isOutput: Bool { file == "-" }

    func validate() throws {
        if isOutput, json { throw ValidationError("- is the standard output; expected no --json with it") }
    }

    func run() throws {
        if isOutput {
            guard !Terminal.isThere(.output) else {
                throw InputFailure("the standard output is a terminal; expected a file, or a pipe")
            }
        } else {
            try OutputFile.require(file, mayOverwrite: overwrite)
        }
        let ledger = try daemon.connect().ledger()
        let copy = try ledger.copy()
        if isOutput {
            try copy.file.file.copyAll(to: StandardDescriptors.duplicateOutput())
        } else {
            try OutputFile.write(file, mayOverwrite: overwrite) { (target, name) throws(SystemError) in
                try copy.file.file.copyAll(to: target)
                guard try FileSystem.status(name).identity.size == copy.size else { throw SystemError.short(file) }
            }
        }
        try say(copy)
    }

    private func say(_ copy: LedgerClient.Copy) throws {
        if json {
            return try write(
                HistoryJSON.done([("path", .string(file)), ("size", .int(copy.size)), ("runs", .int(copy.runs))]))
        }
        let words = "\(SizeText.shown(copy.size)), \(copy.runs) \(copy.runs == 1 ? "run" : "runs")\n"
        if isOutput { return Ending.complain("written: \(words.dropLast())") }
        try write("\(PrintableText.escape(file)): \(words)")
    }
}
