import Clocks
import Kernel
import Logging
import TestSupport
import Testing

@testable import Daemon

@Suite("What a job writes to its standard output")
struct JobOutputTests {
    private func log(_ line: [UInt8], lost: Int, _ format: LogFormat) throws -> String {
        let pipe = try TestPipe()
        let sink = LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: format)
        let incidents = IncidentLog(
            log: CronLog(sink, level: .info), moment: Moment(MonotonicInstant(nanoseconds: 0)))
        line.withUnsafeBytes { incidents.outputLine($0, lost: lost, run: nil, job(0, start: .distantFuture)) }
        return String(try #require(String(validating: try pipe.read(), as: UTF8.self)).dropFirst(24))
    }

    @Test("is logged under the job's name")
    func line() throws {
        #expect(
            try log(Array("hello world".utf8), lost: 0, .text)
                == " INFO  Job output          entry=app:job.one text=\"hello world\"\n")
    }

    @Test("is marked where it was cut, with the length that it had")
    func cut() throws {
        #expect(
            try log(Array("hello".utf8), lost: 100, .text)
                == " INFO  Job output          entry=app:job.one length=105 text=hello…\n")
    }

    @Test("is mended where it is no text, and its length is that of the bytes")
    func invalid() throws {
        let line: [UInt8] = [0x61, 0xFF, 0xC3, 0x0A, 0x1B, 0x00]
        let text = #""a\#u{FFFD}\#u{FFFD}\n\u001b\u0000…""#
        let begin = " INFO  Job output          entry=app:job.one length=8 text="
        #expect(try log(line, lost: 2, .text) == begin + text + "\n")
    }

    @Test("and is left out is counted")
    func dropped() throws {
        let pipe = try TestPipe()
        let log = CronLog(LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .text), level: .info)
        IncidentLog(log: log, moment: Moment(MonotonicInstant(nanoseconds: 0))).outputDropped(
            lines: 12, bytes: .max, job(0, start: .distantFuture))
        #expect(
            String(decoding: try pipe.read().dropFirst(24), as: UTF8.self)
                == " WARN  Job output dropped  entry=app:job.one lines=12 bytes=9223372036854775807\n")
    }
}
