import Jobs
import Kernel
import Wire

/// The worker's program as the daemon starts it to learn whether functions can be loaded: it answers each question of its
/// standard input where a worker writes its reports, and ends.
struct CheckSession {
    private let maker: FunctionEngineMaker?

    /// In bytes, of engines that are done with.
    static let mostMemory = 128 << 20

    /// `nil`: this program loads no functions, which each answer says.
    init(_ maker: FunctionEngineMaker?) { self.maker = maker }

    func serve() throws {
        // A file that never ends being loaded is not to outlive the daemon, which started this.
        let guardian = try ParentGuard(supervisor: ThisProcess.parentID)
        guard guardian.parentLives() else { return }
        guard let inherited = Descriptor.inherited(WireFormat.reportDescriptor) else {
            throw UsageError(description: "started by a daemon alone, with descriptor \(WireFormat.reportDescriptor)")
        }
        StandardOutputBuffer.flushLines()
        // What a file starts as it is loaded becomes a child of this process in the end, whatever session it is in.
        try ThisProcess.setSubreaper(true)
        try answer(through: inherited)
        // Closed by the end of the process: the answer is complete when nothing is left.
        inherited.release()
    }

    /// Nobody listens to what a function says while it is loaded.
    private func host() throws(SystemError) -> FunctionHost {
        let registry = RegistryMap(Descriptor.inherited(WireFormat.registryDescriptor))
        let reports = ReportChannel(try Descriptor.open(updating: "/dev/null"), waits: true)
        let control = ControlChannel(try Descriptor.open(updating: "/dev/null"))
        return FunctionHost(
            [:], engine: nil, registry: registry, daemon: DaemonLink(control: control, reports: reports))
    }

    private func answer(through answers: borrowing Descriptor) throws {
        let host = try host()
        var file: CheckedFile?
        var kept = 0
        var questions = FunctionCheck.Decoder()
        for line in try StandardDescriptors.readInput().split(separator: UInt8(ascii: "\n")) {
            let question = try Array(line).withUnsafeBytes { bytes in try questions.take(bytes) }
            guard let question else { continue }
            if let done = file, done.source != question.source {
                kept += done.memory
                if kept > Self.mostMemory { return try answers.writeAll(FunctionCheckAnswer.more.encoded()) }
                file = nil
            }
            var checked = file ?? CheckedFile(question.source, maker?(host))
            let verdict = checked.verdict(on: question)
            // The files go first: what was read until a failure is what a person will mend.
            for answer in checked.filesRead() { try answers.writeAll(answer.encoded()) }
            try answers.writeAll(verdict.encoded())
            file = checked
        }
    }
}
