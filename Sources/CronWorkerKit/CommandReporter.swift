import Clocks
import Kernel
import Wire

/// What a command writes goes to the daemon line by line.
struct CommandReporter: CommandServices {
    let daemon: DaemonLink
    let run: Int64
    let limit: CommandLimit?

    var control: PollHandle? { daemon.control.isClosed ? nil : daemon.control.pollHandle }
    var reports: PollHandle { daemon.reports.pollHandle }

    func serveControl() throws { try daemon.serveControl() }
    func flush() -> Bool { daemon.reports.flush() }

    func take(_ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream) -> Bool {
        let (text, length) = (String(decoding: line, as: UTF8.self), cut > 0 ? Int64(line.count + cut) : nil)
        return daemon.reports.offer(.output(.init(stream: stream, run: run, text: text, fullLength: length)))
    }

    func killed(_ count: Int, program: String) {
        guard daemon.control.agreed.include(.leftovers) else { return }
        daemon.reports.send(.leftovers(.init(run: run, count: Int64(count), program: program)))
    }

    /// Longer than the daemon takes it for the last word.
    private static var movePatience: Nanoseconds { .seconds(5) }

    func left(_ count: Int, program: String) {
        guard daemon.control.agreed.include(.leave) else { return }
        let now = Clock.monotonic()
        daemon.reports.send(.leftovers(.init(run: run, count: Int64(count), program: program, left: true, at: now)))
        // What else is wrong with the daemon, the worker finds out when it listens the next time.
        try? daemon.waitForMove(Self.movePatience)
    }

    func lose(lines: Int, bytes: Int) {
        daemon.reports.send(.outputDropped(.init(lines: Int64(lines), bytes: Int64(bytes))))
    }
}
