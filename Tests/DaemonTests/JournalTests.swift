import Clocks
import Glibc
import Kernel
import Logging
import TestSupport
import Testing

@testable import Daemon

@Suite("A record of the journal")
struct JournalRecordTests {
    private func record(
        _ level: Logger.Level, _ message: String, _ fields: LogFields = [:]
    ) throws -> JournalListener.Fields {
        var encoder = LogEncoder(.journal)
        encoder.encode(level, message, fields, at: someTime)
        return try JournalListener.fields(Array(encoder.line))
    }

    @Test("of a run has a text for people, without a time, and a field for each thing that is known")
    func tick() throws {
        let record = try record(.info, "TICK", DaemonTests.tick().fields(isDetailed: true))
        #expect(
            record.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" } == [
                "PRIORITY=6", "SYSLOG_IDENTIFIER=cronsupd",
                "MESSAGE=TICK                entry=app:job.heartbeat pid=42 run=7 result=ok", "CRONSUPD_MESSAGE=TICK",
                "CRONSUPD_ENTRY=app:job.heartbeat", "CRONSUPD_PID=42", "CRONSUPD_RUN=7", "CRONSUPD_ATTEMPT=1",
                "CRONSUPD_SLOT=2026-11-23T02:04:06.000Z", "CRONSUPD_LATENESS_US=127", "CRONSUPD_DURATION_US=1234",
                "CRONSUPD_OUTCOME=ok", "CRONSUPD_RESULT=ok",
            ])
    }

    @Test(
        "has the priority of syslog(3)",
        arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func priority(level: Logger.Level, priority: Int) throws {
        #expect(try record(level, "m")["PRIORITY"] == "\(priority)")
    }

    @Test("has values of several lines as they are")
    func lines() throws {
        let record = try record(.info, "Job output", ["text": "a\nPRIORITY=0\nb"])
        #expect(record["CRONSUPD_TEXT"] == "a\nPRIORITY=0\nb")
        #expect(record["MESSAGE"] == #"Job output          text="a\nPRIORITY=0\nb""#)
        #expect(record.filter { $0.name == "PRIORITY" }.count == 1)
    }

    @Test("of a function has no field of the daemon's but those that the daemon gives it")
    func functions() throws {
        let fields = LogKey.fields([
            "entry": "a:b", "by": "job", "run": "3", "outcome": "ok", "message": "TICK", "priority": "0", "größe": "1",
        ])
        let record = try record(.error, "TICK", fields)
        #expect(record["CRONSUPD_ENTRY"] == "a:b" && record["CRONSUPD_BY"] == "job" && record["CRONSUPD_RUN"] == "3")
        #expect(record["CRONSUPD_OUTCOME"] == nil && record["CRONSUPD_MESSAGE"] == nil && record["PRIORITY"] == "3")
        #expect(record["CRONSUPD_JOB_OUTCOME"] == "ok" && record["CRONSUPD_JOB_GR____E"] == "1")
    }

    @Test("reads back as what was written, whatever is in it, and is no other record")
    func fuzz() throws {
        var random = SeededGenerator(seed: Fuzz.seed)
        for _ in 0..<Fuzz.iterations(3_000) {
            var fields: LogFields = [:]
            if random.chance(2) { fields.add("by", random.chance(2) ? "job" : "10m") }
            for _ in 0..<random.below(6) { fields.add(text(&random), .text(text(&random))) }
            let (level, message) = (random.pick(Logger.Level.allCases), text(&random))
            let record = try record(level, message, fields)
            let isJobs = fields.isOfJob
            let values = record.dropFirst(isJobs ? 3 : 4).map { String(decoding: $0.value, as: UTF8.self) }
            #expect(values == fields.list.map { if case .text(let text) = $0.value { text } else { "" } })
            if !isJobs { #expect(record["CRONSUPD_MESSAGE"] == message) }
            #expect(record.prefix(3).map(\.name) == ["PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE"])
            for (name, _) in record.dropFirst(3) {
                #expect(name.hasPrefix("CRONSUPD_") && name.utf8.count <= 64)
                #expect(name.utf8.allSatisfy { 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x5F }, "\(name)")
            }
        }
    }

    private func text(_ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<random.below(random.pick([4, 90])) {
            let limit = random.chance(2) ? 0x80 : 0x11_0000
            if let scalar = Unicode.Scalar(UInt32(random.below(limit))) {
                text.append(random.chance(6) ? "\n" : scalar)
            }
        }
        return String(text)
    }
}

@Suite("The journal's socket")
struct JournalSocketTests {
    private let directory: TemporaryDirectory
    private var path: String { "\(directory.path)/socket" }

    init() throws { directory = try TemporaryDirectory() }

    private func log(_ capacity: Int = LogSink.defaultCapacity) throws -> CronLog {
        CronLog(LogSink(try JournalSocket(path: path), capacity: capacity), level: .info)
    }

    @Test(
        "gets each record in a datagram, and one that is too large for that in a sealed file", arguments: [10, 600_000])
    func sizes(size: Int) throws {
        let listener = try JournalListener(path)
        let text = String(repeating: "x", count: size)
        try log().write(.error, "Job output", ["text": .text(text)])
        let record = try #require(try listener.next())
        #expect(record["CRONSUPD_TEXT"] == text && record["PRIORITY"] == "3")
        #expect(try listener.next() == nil)
    }

    // MARK: F38

    @Test("holds nobody up while it is full: what its bound does not hold is lost, and counted")
    func full() throws {
        let listener = try JournalListener(path)
        let log = try log(20_000)
        let count = 3_000
        for number in 0..<count { log.write(.info, "m\(number)") }
        #expect(log.sink.isBacklogged)
        var records = try listener.all()
        while log.sink.isBacklogged {
            log.sink.flush()
            records += try listener.all()
        }
        let loss = try #require(records.first { $0["CRONSUPD_MESSAGE"] == "Log lines dropped" })
        #expect(loss["CRONSUPD_LINES"] == "\(count - (records.count - 1))")
        #expect(records.map { $0["CRONSUPD_MESSAGE"] }.filter { $0 != "Log lines dropped" }.last == "m\(count - 1)")
    }

    @Test("is found again when the journal was started anew, and loses nothing that its bound holds")
    func restarted() throws {
        var listener: JournalListener? = try JournalListener(path)
        let log = try log()
        log.write(.info, "one")
        #expect(try listener?.all().count == 1)
        listener = nil
        log.write(.info, "two")
        directory.remove("socket")
        log.write(.info, "three")
        #expect(log.sink.isBacklogged)
        listener = try JournalListener(path)
        log.write(.info, "four")
        #expect(!log.sink.isBacklogged)
        #expect(try listener?.all().compactMap { $0["CRONSUPD_MESSAGE"] } == ["two", "three", "four"])
    }

    @Test("that is not there is an error with its path")
    func absent() {
        let error = #expect(throws: SystemError.self) { _ = try JournalSocket(path: path) }
        #expect(error.map { "\($0)".contains(path) } == true)
    }
}

@Suite("The priority of a line")
struct LinePriorityTests {
    @Test("is in front of it where the journal reads text")
    func text() {
        var encoder = LogEncoder(.text, hasPriority: true)
        encoder.encode(.error, "m", [:], at: someTime)
        #expect(String(decoding: encoder.line, as: UTF8.self) == "<3>2026-11-23T02:04:06.127Z ERROR m\n")
    }

    @Test("is in front of each line of what is said before there is a log")
    func lines() { #expect(LogSink.withPriority("a\nb\n", .notice) == "<5>a\n<5>b\n") }
}
