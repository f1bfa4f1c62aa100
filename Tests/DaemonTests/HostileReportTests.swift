import Clocks
import Kernel
import Logging
import Supervision
import TestSupport
import Testing
import Values
import Wire

@testable import Daemon

@Suite("A worker's message")
struct HostileReportTests {
    private static let now = MonotonicInstant(nanoseconds: 100_000_000_000)
    private static let numbers = [
        "0", "1", "100000000000", "9223372036854775807", "9223372036854775", "9223372036854776",
    ]

    /// Each field of each message, with each number.
    private static let messages: [String] = templates.flatMap { template in
        let parts = template.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        return numbers.flatMap { outer in
            numbers.map { inner in
                zip(parts, parts.indices.map { $0 % 2 == 0 ? outer : inner }).dropLast().map { $0 + $1 }.joined()
                    + parts.last!
            }
        }
    }

    private static let templates = [
        "ready protocol=2 next=#", "begin run=# slot=# next=# lateness_us=#", "begin run=1 next=# lateness_us=#",
        "begin run=1 slot=100000000000 next=# lateness_us=#",
        "end run=# slot=# next=# lateness_us=# duration_us=# outcome=ok result=x length=#",
        "end run=1 next=# lateness_us=# duration_us=# outcome=failed error=x length=#",
        "skipped first=# last=# next=#", "dropped reports=# ok=# failed=# skipped=# through=# run=#",
        "dropped reports=# ok=# failed=# skipped=# through=100000000000 run=#", "pong token=#", "stopped runs=#",
        "fault step=x errno=# error=x", "log level=info run=# message=x key=a value=#",
    ]

    @Test("does no harm, whatever numbers are in it", arguments: LogFormat.lines)
    func numbers(format: LogFormat) throws {
        let pipe = try TestPipe()
        let log = CronLog(LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: format), level: .trace)
        let incidents = IncidentLog(log: log, moment: Moment(monotonic: Self.now, wall: someTime))
        var accepted = 0
        for first in Self.openings {
            for message in Self.messages { accepted += try tell([first, message], incidents) }
            _ = try pipe.read()
        }
        #expect(accepted > 1_000)
    }

    private static let openings = [
        "ready protocol=2 next=99000000000", "ready protocol=2 next=9223372036854775807",
        "begin run=1 slot=100000000000 next=101000000000 lateness_us=0", "begin run=1 next=101000000000 lateness_us=0",
    ]

    /// Returns how many of the messages are such.
    private func tell(_ messages: [String], _ incidents: IncidentLog) throws -> Int {
        let job = Job(index: 0, definition: definition(), start: Moment(MonotonicInstant(nanoseconds: 0)), seed: 1)
        var effects: [Effect] = []
        job.supervisor.handle(.deadline, at: Moment(MonotonicInstant(nanoseconds: 0)), effects: &effects)
        job.supervisor.handle(.spawned, at: Moment(MonotonicInstant(nanoseconds: 0)), effects: &effects)
        let start = messages[0].hasPrefix("ready") ? [] : ["ready protocol=2 next=1000000000"]
        let reports = (start + messages).compactMap { try? decode($0) }
        for report in reports { job.supervisor.handle(.report(report), at: Moment(Self.now), effects: &effects) }
        job.supervisor.handle(.deadline, at: Moment(job.deadline), effects: &effects)
        job.supervisor.handle(.exited("exit 1"), at: Moment(Self.now), effects: &effects)
        for case .log(let incident) in effects { incidents.record(incident, of: job) }
        for case .book(let booking) in effects { incidents.record(booking, of: job) }
        return reports.count - start.count
    }

    private func decode(_ text: String) throws -> Report {
        try Array(text.utf8).withUnsafeBytes { try Report.decode($0) }
    }

    @Test(
        "is refused with a negative or an oversized number",
        arguments: ["-1", "-9223372036854775808", "9223372036854775808"])
    func refused(number: String) {
        // A slot may lie before the boot.
        let keys =
            number == "-1"
            ? ["run", "lateness_us", "duration_us"] : ["run", "slot", "next", "lateness_us", "duration_us"]
        for key in keys {
            let fields = ["run", "slot", "next", "lateness_us", "duration_us"].map {
                "\($0)=\($0 == key ? number : "1")"
            }
            let text = "end \(fields.joined(separator: " ")) outcome=ok result=x"
            #expect(throws: WireError.self, "\(text)") { try decode(text) }
        }
    }

    @Test("says of each of a function's lines whose it is", arguments: LogFormat.lines)
    func origin(format: LogFormat) throws {
        let pipe = try TestPipe()
        let log = CronLog(LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: format), level: .trace)
        let line = Report.Log(level: .info, run: 7, message: "TICK", fields: [.init(key: "outcome", value: "ok")])
        IncidentLog(log: log, moment: Moment(Self.now)).record(.jobLine(line), of: job(0, start: Self.now))
        let text = String(decoding: try pipe.read(), as: UTF8.self)
        #expect(text.contains(format == .json ? #","by":"job","# : " by=job "), "\(text)")
    }

    @Test("cannot put its fields in the place of the record's own")
    func fields() throws {
        let pipe = try TestPipe()
        let log = CronLog(LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .json), level: .trace)
        let names = ["time", "level", "message", "entry", "by", "run", "pid", "mine", "mine"]
        let line = Report.Log(
            level: .info, run: 7, message: "m", fields: names.map { Report.Log.Field(key: $0, value: "forged") })
        IncidentLog(log: log, moment: Moment(Self.now)).record(.jobLine(line), of: job(0, start: Self.now))
        let text = String(decoding: try pipe.read().dropLast(), as: UTF8.self)
        let read = try StrictJSON(text)
        #expect(read.names == ["time", "level", "message", "entry", "by", "pid", "run", "left_out", "mine"])
        #expect(read["message"] == .string("m") && read["run"] == .number("7"))
        #expect(read["entry"] == .string("app:job.one") && read["by"] == .string("job"))
    }
}
