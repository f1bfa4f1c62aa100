import Jobs
import Kernel
import Shared

/// The worker's program as the daemon starts it to learn whether functions can be loaded: it answers each question of its
/// standard input where a worker writes its reports, and ends.
struct CheckSession {
    /// `nil`: this program runs functions of its catalog alone.
    private let maker: FunctionEngineMaker?

    init(_ maker: FunctionEngineMaker?) { self.maker = maker }

    func serve() throws {
        // A file that never ends being loaded is not to outlive the daemon, which started this.
        let guardian = try ParentGuard(supervisor: ThisProcess.parentID)
        guard guardian.parentLives() else { return }
        guard let inherited = Descriptor.inherited(WireFormat.reportDescriptor) else {
            throw UsageError(description: "started by a daemon alone, with descriptor \(WireFormat.reportDescriptor)")
        }
        StandardOutputBuffer.flushLines()
        try answer(through: inherited)
    }

    /// Nobody listens to what a function says while it is loaded.
    private func host() throws(SystemError) -> FunctionHost {
        let registry = RegistryMap(Descriptor.inherited(WireFormat.registryDescriptor))
        let reports = ReportChannel(try Descriptor.open(updating: "/dev/null"), waits: true)
        let control = ControlChannel(try Descriptor.open(updating: "/dev/null"))
        return FunctionHost(
            [:], engine: nil, registry: registry, daemon: DaemonLink(control: control, reports: reports))
    }

    /// Each file gets an engine of its own, as in the workers to come.
    private func answer(through answers: borrowing Descriptor) throws {
        let host = try host()
        var file: String?
        var engine = maker?(host)
        for line in try questions().split(separator: UInt8(ascii: "\n")) {
            let function = try Array(line).withUnsafeBytes { bytes in try FunctionCheck.decode(bytes) }.function
            if file != nil, file != function.file { engine = maker?(host) }
            file = function.file
            if let engine {
                try answer(function, engine, through: answers)
            } else {
                try answers.writeAll(FunctionCheckAnswer(FunctionHost.noEngine).encoded())
            }
        }
    }

    private func questions() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { block.deallocate() }
        while let count = try StandardDescriptors.readInput(into: block) { bytes += block[..<count] }
        return bytes
    }

    /// The files go first: what was read until a failure is what a person will mend.
    private func answer(
        _ function: LuaFunction, _ engine: any FunctionEngine, through answers: borrowing Descriptor
    ) throws {
        let verdict = Self.verdict(on: function, engine)
        for file in engine.files {
            try answers.writeAll(FunctionCheckAnswer.read(file: file, version: Self.version(of: file)).encoded())
        }
        try answers.writeAll(verdict.encoded())
    }

    private static func verdict(on function: LuaFunction, _ engine: any FunctionEngine) -> FunctionCheckAnswer {
        do throws(FunctionRefusal) {
            try engine.prepare(function)
            return .ready
        } catch {
            return FunctionCheckAnswer(error)
        }
    }

    /// More than an engine takes for a source.
    private static var largestFile: Int { 16 << 20 }

    /// By its contents: a file that is written again as it was is the same.
    private static func version(of file: String) -> String {
        guard case (let bytes, _)? = try? FileSystem.contents(of: file, limit: largestFile) else { return "unreadable" }
        return String(StableHash.of(bytes), radix: 16)
    }
}

extension FunctionCheckAnswer {
    fileprivate init(_ refusal: FunctionRefusal) { self = .refused(key: refusal.key, error: refusal.description) }
}
