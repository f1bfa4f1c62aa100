import Clocks
import Kernel
import Links
import Model
import Wire

/// A worker's program file: how to start it, and what it can do.
final class WorkerProgram {
    private let file: ProgramFile
    let worker: Program
    /// What is only asked has no supervisor.
    private let answerer: Program
    /// The file that was asked last, and the functions of its catalog.
    private var asked: FileIdentity?
    private var listed: Set<String>?

    /// `mark`: a variable of its workers alone.
    init(
        path: String, _ trust: Trust, environment: [String], openFiles: OpenFilesLimit, mark: String?,
        player: Program.Player?
    ) {
        file = ProgramFile(path, trust)
        let own = [mark, "\(ReservedVariables.supervisor)=\(ThisProcess.id)"].compactMap(\.self)
        worker = Program(file, environment: environment + own, openFiles: openFiles, player: player)
        answerer = Program(
            file, environment: environment, openFiles: openFiles, diesWithSpawner: true, player: player)
    }

    var path: String { file.path }
    /// Where its file is read.
    var image: String { file.image }
    /// Whether it is still what stands at its path.
    var isCurrent: Bool { file.isCurrent }

    /// Starts it to print its catalog.
    func askForCatalog(_ machine: Machine) throws(SystemError) -> ProgramQuery {
        if let shortage = file.shortage { throw shortage }
        // Another script may be put in its place before the answer is there.
        (asked, listed) = (file.identity, nil)
        let null = try Descriptor.open(updating: "/dev/null")
        return try ProgramQuery(longest: ProgramQuery.longestCatalog, machine) { output throws(SystemError) in
            try answerer.spawn(arguments: [WorkerOption.catalog], input: null, output: output, error: output)
        }
    }

    /// Starts it to say whether it can load functions.
    func askForChecks(
        _ checks: [FunctionCheck], registry: borrowing Descriptor, _ machine: Machine
    ) throws(SystemError) -> ProgramQuery {
        let questions = try Descriptor.sealedMemory("checks", checks.flatMap { $0.encoded() })
        let null = try Descriptor.open(updating: "/dev/null")
        return try ProgramQuery(longest: ProgramQuery.longestCheck, machine) { output throws(SystemError) in
            // What the sources print as they are loaded is no answer.
            try answerer.spawn(
                arguments: [WorkerOption.check], input: questions, output: null, error: null, report: output,
                registry: registry)
        }
    }

    /// `nil`: the file is another one than that which was asked.
    var functions: Set<String>? { asked != nil && asked == file.identity ? listed : nil }

    func remember(_ functions: Set<String>) { listed = functions }

    /// Of the file that had the catalog: another when the file is.
    var version: String {
        guard let identity = asked else { return "none" }
        return "\(identity.device):\(identity.inode):\(identity.size):\(identity.modified.nanoseconds):"
            + "\(identity.changed.nanoseconds)"
    }
}
