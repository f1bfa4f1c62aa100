import Clocks
import Glibc
import Journal
import Kernel
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Values
import Wire

/// A cronledger, and a daemon that a test plays: it writes the journal, and is told what there is for its log.
final class LedgerScene {
    let directory: TemporaryDirectory
    let writer: JournalWriter
    private(set) var process: ChildProcess?
    private(set) var link: Int32 = -1
    private var otherLink: Int32 = -1
    private(set) var other: ChildProcess?
    private var received: [UInt8] = []
    private(set) var reports: [LedgerReport] = []
    private var bookings = UInt64(0)
    var sync = "1s"
    var arguments: [String] = []
    /// A program that runs it, with its arguments.
    var prefix: [String] = []
    /// What the database is on, if that is a disk of its own.
    var disk: SmallDisk?
    /// The number of the last run of each job, by the job's number; the jobs are `app:0`, `app:1` …
    private(set) var runs: [Int64]
    private var sums: [LedgerRecord.Sums]
    private let start = WallInstant(seconds: 2_500_000_000)
    private let history: RunPolicy.History

    var memory: String { "\(directory.path)/memory" }
    var state: String { "\(directory.path)/state" }
    /// Where its socket goes.
    lazy var runtime = "\(directory.path)/run"
    var database: String { "\(state)/ledger.db" }

    init(jobs: Int = 3, capacity: Int = 1 << 20, history: RunPolicy.History = .init()) throws {
        self.history = history
        directory = try TemporaryDirectory()
        try FileSystem.createDirectories("\(directory.path)/run")
        let place = try PrivateDirectory.open("\(directory.path)/memory")
        var random = SystemRandomNumberGenerator()
        writer = try JournalWriter(
            in: place, capacity: capacity, boot: "b", inForce: 0, mayGoOn: false, id: (random.next(), random.next()))
        runs = Array(repeating: 0, count: jobs)
        sums = Array(repeating: .init(), count: jobs)
        introduce()
    }

    deinit {
        for link in [link, otherLink] where link >= 0 { close(link) }
        // Before the directory in which it is.
        disk = nil
    }

    // MARK: The process

    /// `besides`: the one before goes on.
    func launch(memory: String? = nil, besides: Bool = false) throws {
        if link >= 0, !besides { close(link) }
        if besides { (otherLink, other) = (link, process) }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure("socketpair: \(String(cString: strerror(errno)))")
        }
        let arguments =
            prefix + [
                Binaries.ledger, "--memory", memory ?? self.memory, "--state", state, "--runtime", runtime, "--sync",
                sync,
            ] + self.arguments
        process = try ChildProcess(
            arguments, environment: ThisProcess.environment, output: "\(directory.path)/out",
            errors: "\(directory.path)/err", input: ends[1])
        close(ends[1])
        link = ends[0]
        _ = fcntl(link, F_SETFL, O_NONBLOCK)
        received = []
    }

    func tell(_ order: LedgerOrder) {
        let bytes = order.encoded()
        _ = send(link, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The end of a daemon: it takes what there is, and ends.
    func finish() throws -> Kernel.ExitStatus {
        shutdown(link, Int32(SHUT_RDWR))
        return try exit()
    }

    func exit() throws -> Kernel.ExitStatus {
        try wait("the end of cronledger") { process?.hasExited ?? true }
        guard let status = process?.exitStatus else { throw Failure("no process") }
        return status
    }

    func kill() throws {
        process?.signal(SIGKILL)
        _ = try exit()
    }

    func wait(_ what: String, until condition: () throws -> Bool) throws {
        guard
            try eventually({
                listen()
                return try condition()
            })
        else { throw Failure("no \(what); it said \(reports), and \(errors)") }
    }

    var errors: String {
        (try? FileSystem.contents(of: "\(directory.path)/err", limit: 1 << 16))??.bytes
            .reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar($1)) } ?? ""
    }

    /// Takes what it has said. It is told the names again if it lacks them.
    func listen() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(link, &buffer, buffer.count)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(received[..<end])
            received.removeSubrange(...end)
            guard let report = try? line.withUnsafeBytes({ try LedgerReport.decode($0) }) else { continue }
            reports.append(report)
            if report == .again { introduce() }
        }
    }

    func logged(_ message: String) -> [LedgerReport.Log] {
        reports.compactMap { if case .log(let log) = $0, log.message == message { log } else { nil } }
    }

    var hasStarted: Bool { reports.contains { if case .started = $0 { true } else { false } } }

    // MARK: The journal

    /// Returns whether there was room.
    @discardableResult
    func write(_ record: LedgerRecord, _ weight: JournalWeight = .row) -> Bool {
        let isThere = writer.stage(record.frame, weight)
        bookings += 1
        writer.prepare(bookings)
        writer.publish()
        if writer.isReaderAsleep { tell(.wake) }
        return isThere
    }

    func introduce() {
        write(.life(.init(uid: 5, pid: 1, began: start, host: "h", boot: "b", version: "1", registry: "r")))
        for job in runs.indices {
            let number = Int64(job)
            write(
                .job(
                    .init(
                        job: number, at: start, name: "app:\(job)", schedule: "every 1s", timezone: "", comment: "",
                        books: 1, sums: sums[job],
                        standing: .init(job: number, failures: 0, isFailing: false, isLate: false),
                        history: history)))
        }
    }

    /// Returns whether there was room for it. If not, it has not been.
    @discardableResult
    func run(_ job: Int, _ outcome: Outcome = .ok, text: String = "") -> Bool {
        let number = runs[job] + 1
        let moment = start + .seconds(number)
        let booked = LedgerRecord.Booked(
            job: Int64(job), at: moment, first: moment, last: moment, count: 1, outcome: outcome,
            run: .init(number: number, began: moment, duration: .milliseconds(5), text: text))
        guard write(.booking(booked)) else { return false }
        runs[job] = number
        sums[job].runs = number
        sums[job].slots[outcome.index] += 1
        sums[job].accounted = moment
        return true
    }

    // MARK: The database

    /// What is in it, of a ledger that has ended or goes on.
    func view() throws -> SQLiteReader { try SQLiteReader(database, tails: SharedTails()) }

    /// The runs of a job, the oldest first.
    func rows(of job: Int) throws -> [Int64] {
        let view = try view()
        var (query, numbers) = (HistoryQuery(job: "app:\(job)", limit: 1_000), [Int64]())
        repeat {
            let page = try view.history(query)
            numbers += page.rows.compactMap { if case .run(let row) = $0 { row.run } else { nil } }
            query.before = page.next
        } while query.before != nil
        return numbers.reversed()
    }

    /// Whether every run that was ever written is there once.
    func hasAll() -> Bool {
        guard FileSystem.exists(database) else { return false }
        return runs.indices.allSatisfy { job in
            // It may not have its tables yet.
            runs[job] == 0 || (try? rows(of: job)) == Array(1...runs[job])
        }
    }

    // MARK: Questions

    /// What is answered, with the last answer.
    func ask(_ question: LedgerQuestion) throws -> [LedgerAnswer] {
        let socket = try StreamSocket(connectingTo: "ledger.sock", in: runtime)
        guard try socket.send(question.encoded()) != .closed else { throw Failure("the ledger does not listen") }
        var (bytes, answers) = ([UInt8](), [LedgerAnswer]())
        while true {
            while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(bytes[..<end])
                bytes.removeSubrange(...end)
                answers.append(try line.withUnsafeBytes { try LedgerAnswer.decode($0) })
                switch answers.last {
                case .done, .refused, .status: return answers
                default: break
                }
            }
            var piece = [UInt8](repeating: 0, count: 65_536)
            switch try socket.receive(into: &piece, file: &file) {
            case .bytes(let count): bytes += piece[..<count]
            case .wouldBlock:
                var poll = Poll()
                poll.add(socket.pollHandle, for: .read)
                try poll.wait(.seconds(1))
            case .closed: throw Failure("the ledger has gone; it answered \(answers)")
            }
        }
    }

    /// A connection that has asked this.
    func connect(_ question: LedgerQuestion) throws -> Follower {
        let follower = try Follower(StreamSocket(connectingTo: "ledger.sock", in: runtime))
        guard try follower.socket.send(question.encoded()) != .closed else {
            throw Failure("the ledger does not listen")
        }
        return follower
    }

    final class Follower {
        let socket: StreamSocket
        private var bytes: [UInt8] = []
        private var all: [LedgerAnswer] = []
        private(set) var file: StreamSocket.FileBox?

        fileprivate init(_ socket: consuming StreamSocket) throws { self.socket = socket }

        /// What has come so far.
        func answers() throws -> [LedgerAnswer] {
            var piece = [UInt8](repeating: 0, count: 65_536)
            while case .bytes(let count) = try socket.receive(into: &piece, file: &file) { bytes += piece[..<count] }
            while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(bytes[..<end])
                bytes.removeSubrange(...end)
                all.append(try line.withUnsafeBytes { try LedgerAnswer.decode($0) })
            }
            return all
        }
    }

    /// What came with an answer.
    var file: StreamSocket.FileBox?
}
