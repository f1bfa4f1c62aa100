import Kernel
import Wire

@testable import CronWorkerKit

/// A worker's channels, and the daemon's ends of their pipes, all within this process.
///
/// Unchecked: no two threads use it at a time.
final class DaemonEnds: @unchecked Sendable {
    let control: ControlChannel
    let reports: ReportChannel
    private var writer: Descriptor?
    private var reader: Descriptor?
    private var lines = LineSplitter(longest: WireFormat.longestMessage)

    init(waits: Bool = false, agreed: Features = .all) throws(SystemError) {
        // As in a worker. Else a report without a reader would end this process and all of its tests.
        BrokenPipe.becomesAnError()
        let commands = try Pipe.open(nonblocking: .writer)
        let reports = try Pipe.open(nonblocking: .both)
        control = ControlChannel(commands.reader, agreed: agreed)
        self.reports = ReportChannel(reports.writer, waits: waits)
        writer = .some(commands.writer)
        reader = .some(reports.reader)
    }

    var link: DaemonLink { DaemonLink(control: control, reports: reports) }

    func send(_ bytes: [UInt8]) throws(SystemError) { try writer?.writeAll(bytes) }
    func send(_ command: Command) throws(SystemError) { try send(command.encoded()) }
    func send(_ text: String) throws(SystemError) { try send(Array(text.utf8)) }

    func closeControl() { writer = nil }
    func stopReading() { reader = nil }

    /// All that has come.
    func received() throws -> [Report] {
        var reports: [Report] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case .bytes(let count)? = try reader?.read(into: &buffer, from: 0) {
            try buffer.withUnsafeBytes { bytes in
                var failure: (any Error)?
                lines.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { line, _ in
                    do { reports.append(try Report.decode(line)) } catch { failure = error }
                }
                if let failure { throw failure }
            }
        }
        return reports
    }
}
