import Clocks
import CronWorkerKit
import Kernel
import Model
import Wire

/// Runs a command as a worker does, as a process of one thread, and writes what comes of it to the standard output.
final class Host: CommandServices {
    private let options: HostOptions
    private let controlEnd: ControlEnd?
    private let output: Descriptor
    /// Its reader never has room for a write: a daemon that does not read.
    private let full: Pipe
    private var limiter = OutputLimiter()
    private var taken = 0
    private var logged = (lines: 0, bytes: 0)
    private var dropped = (lines: 0, bytes: 0)

    init(_ options: HostOptions) throws(SystemError) {
        self.options = options
        controlEnd = options.hasControl ? ControlEnd() : nil
        full = try Pipe.open(nonblocking: .both)
        output = Descriptor.inherited(1)!
    }

    func run() throws {
        let sibling = options.hasSibling ? try startSibling() : nil
        defer {
            if let sibling { Children.signal(sibling, .kill) }
            OtherThread.end()
        }
        for number in 1...options.runs {
            let end = try command().run(self, limiter: &limiter)
            // The first run leaves what every process keeps.
            if number == 1 { writeState("before") }
            if number == options.runs { write("\(end.outcome.rawValue) \(end.text)") }
        }
        write("logged \(logged.lines) \(logged.bytes)")
        write("dropped \(dropped.lines) \(dropped.bytes)")
        write("left \(limiter.admit(upTo: 2_000, at: Clock.monotonic()))")
        writeState("after")
        if options.hasThread { write("others \(OtherThread.states)") }
    }

    /// A child that is not a command's.
    private func startSibling() throws -> ProcessID {
        let null = try Descriptor.open(updating: "/dev/null")
        return try Program(path: "/bin/sleep", environment: [], openFiles: .current())
            .spawn(arguments: ["1000"], input: null, output: null, error: null)
    }

    private func command() -> CommandRun {
        CommandRun(
            options.command, directory: options.directory, environment: options.extraEnvironment,
            arguments: options.extraArguments, tail: options.tail, hasOtherChildren: options.hasSibling,
            leaves: options.leaves)
    }

    var control: PollHandle? { controlEnd?.descriptor.pollHandle }
    var reports: PollHandle { full.reader.pollHandle }
    var limit: CommandLimit? { nil }

    func killed(_ count: Int, program: String) { write("killed \(count) \(program)") }

    func left(_ count: Int, program: String) { write("left behind \(count) \(program)") }

    func lose(lines: Int, bytes: Int) {
        dropped.lines += lines
        dropped.bytes += bytes
    }

    private struct ControlFailure: Error {}

    /// `stop` makes it fail.
    func serveControl() throws {
        var buffer = [UInt8](repeating: 0, count: 100)
        guard case .bytes(let count)? = try controlEnd?.descriptor.read(into: &buffer, from: 0) else { return }
        let text = String(decoding: buffer[..<count].filter { $0 != 0x0A }, as: UTF8.self)
        write("control \(text)")
        if text == "stop" { throw ControlFailure() }
    }

    func flush() -> Bool {
        taken = 0
        return options.room > 0
    }

    func take(_ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream) -> Bool {
        if taken >= options.room { return false }
        if options.hasThread, logged.lines == 0 { OtherThread.startChildren() }
        taken += 1
        logged.lines += 1
        logged.bytes += line.count + cut
        if !options.isQuiet {
            write("line \(stream.rawValue) \(cut) \(String(decoding: line, as: UTF8.self))")
        }
        return true
    }

    /// Descriptors, children, and the blocked signals.
    private func writeState(_ moment: String) {
        let descriptors = (try? FileSystem.names(in: "/proc/self/fd").count) ?? 0
        write("\(moment) \(descriptors) \(ProcessTable.children().count) \(status("SigBlk"))")
        write("memory \(status("VmHWM").filter(\.isWholeNumber))")
    }

    private func status(_ key: String) -> Substring {
        let lines = (try? FileSystem.text(of: "/proc/self/status"))?.split(separator: "\n") ?? []
        return lines.first { $0.hasPrefix("\(key):") }?.dropFirst(key.count + 1).drop { $0 == "\t" } ?? ""
    }

    private func write(_ line: String) { StandardDescriptors.writeOutput(line + "\n") }
}

private final class ControlEnd {
    let descriptor = Descriptor.inherited(0)!
}

extension FileSystem {
    /// Of a file that does not know its size, as in /proc.
    static func text(of path: String) throws -> String {
        let file = try Descriptor.open(reading: path)
        var buffer = [UInt8](repeating: 0, count: 16 * 1_024)
        guard case .bytes(let count) = try file.read(into: &buffer, from: 0) else { return "" }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
