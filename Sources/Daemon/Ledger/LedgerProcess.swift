import Clocks
import Host
import Kernel
import Links
import Wire

/// The process that keeps the ledger: it is started again whenever it ends, and nothing waits for it but a start that wants to know
/// what it has.
final class LedgerProcess {
    private let program: Program
    private let arguments: [String]
    private let loop: PollLoop
    private let machine: Machine
    private(set) var pid: ProcessID?
    private var link: Link?
    private var startedAt = MonotonicInstant(nanoseconds: 0)
    private var failures = 0
    /// When it is started next; `.distantFuture`: it is there, or is not wanted any more.
    private(set) var deadline = MonotonicInstant(nanoseconds: 0)
    /// What the next one is asked for first.
    private var wantsResumption: Bool
    private var isClosing = false

    /// Both ends of the stream between the two.
    private struct Link {
        let orders: Outbox
        var reports: Inbox
    }

    private static let (shortestPause, longestPause) = (Nanoseconds.milliseconds(500), Nanoseconds.seconds(60))
    /// One that has lived so long has not failed at its start.
    private static let stableThreshold = Nanoseconds.seconds(10)
    /// In bytes. It is told little, and not twice before it reads.
    private static let mostPending = 4_096

    /// `places`: the books' directory, and that of the sockets. `rights`: who may ask it.
    init(
        _ settings: LedgerSettings, in places: (memory: String, runtime: String), _ rights: ControlRights,
        wantsResumption: Bool, _ trust: Trust, openFiles: OpenFilesLimit, _ loop: PollLoop, _ machine: Machine
    ) {
        program = Program(
            ProgramFile(settings.program, trust), environment: ThisProcess.environment, openFiles: openFiles)
        arguments =
            [
                "--memory", Self.absolute(places.memory), "--runtime", Self.absolute(places.runtime),
                "--state", Self.absolute("\(settings.place)/\(settings.key)"),
                "--size", String(settings.size), "--sync", settings.sync,
            ] + (settings.allowsNetwork ? ["--network-file-system"] : []) + rights.options
        (self.loop, self.machine, self.wantsResumption) = (loop, machine, wantsResumption)
    }

    /// It is there.
    private static func absolute(_ path: String) -> String { (try? FileSystem.realPath(path)) ?? path }

    // MARK: Its life

    /// To be called when the deadline is past, on the main thread.
    func start(at now: MonotonicInstant) throws(SystemError) {
        (startedAt, deadline) = (now, .distantFuture)
        do throws(SystemError) {
            try spawn()
        } catch {
            pause(at: now)
            throw error
        }
        if wantsResumption { tell(.resume) }
    }

    private func spawn() throws(SystemError) {
        let pair = try Pipe.socket()
        try pair.reader.setNonblocking()
        let input = try pair.reader.duplicate(atLeast: 3)
        let null = try Descriptor.open(updating: "/dev/null")
        pid = try program.spawn(arguments: arguments, input: pair.writer, output: null, error: try Self.errors())
        try loop.poller.add(pair.reader, token: EventToken.ledger.packed, for: .read)
        link = Link(
            orders: Outbox(input, most: Self.mostPending, .count),
            reports: Inbox(pair.reader, longestLine: WireFormat.longestMessage))
    }

    /// Where those of the daemon go that come before there is a log.
    private static func errors() throws(SystemError) -> Descriptor { try StandardDescriptors.duplicateError() }

    private func pause(at now: MonotonicInstant) {
        guard !isClosing else { return }
        failures = now - startedAt < Self.stableThreshold ? failures + 1 : 1
        let pause = Nanoseconds(Self.shortestPause.count << min(failures - 1, 10))
        deadline = now + min(pause, Self.longestPause)
    }

    /// It was collected. How long until the next one, if there is to be one: what it has said is of no use to start again is not.
    func exited(_ status: ExitStatus, at now: MonotonicInstant) -> Nanoseconds? {
        hangUp()
        pid = nil
        if status == .exited(code: ExitCode.wrongInput) { isClosing = true }
        pause(at: now)
        return deadline < .distantFuture ? deadline - now : nil
    }

    private func hangUp() {
        link?.reports.close(loop.poller)
        link = nil
    }

    /// It takes what the journal has, and ends.
    func close() {
        (isClosing, deadline) = (true, .distantFuture)
        hangUp()
    }

    /// It is there, and another one is to come: it ends, and what it has not read the next one does.
    func replace() { hangUp() }

    func kill() { if let pid { machine.signalGroup(pid, .kill) } }

    // MARK: What is said

    func wake() { tell(.wake) }

    /// It is there, or comes before this moment.
    func isExpected(before end: MonotonicInstant) -> Bool { pid != nil || deadline < end }

    private func tell(_ order: LedgerOrder) {
        guard let orders = link?.orders else { return }
        // One that is stopped reads nothing; what it has not read is as good as a second order.
        orders.flush()
        if !orders.isPending { orders.send(order.encoded()) }
    }

    /// Calls `body` with each report that has come. Lines that are none are given to `complain`. Returns whether more may have come.
    func receive(_ body: (LedgerReport) -> Void, complain: (WireError) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
            guard let transfer = link?.reports.read(into: buffer) else { return false }
            guard case .bytes(let count) = transfer else {
                // Its exit will tell.
                if transfer == .closed { hangUp() }
                return false
            }
            link?.reports.split(buffer, count) { line, _ in
                do throws(WireError) {
                    let report = try LedgerReport.decode(line)
                    if case .resumed = report { wantsResumption = false }
                    body(report)
                } catch {
                    complain(error)
                }
            }
            return true
        }
    }
}
