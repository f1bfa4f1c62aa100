import Logging
import TestSupport

@testable import Daemon
@testable import Kernel

/// A log whose reader is the test.
final class PlayedLog {
    let log: CronLog
    private let pipe: TestPipe
    private var text = ""

    init() throws {
        pipe = try TestPipe()
        log = CronLog(LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .logfmt), level: .info)
    }

    /// The records so far with this in them.
    func records(_ words: String) throws -> [Substring] {
        text += String(decoding: try pipe.read(), as: UTF8.self)
        while log.sink.isBacklogged {
            log.sink.flush()
            text += String(decoding: try pipe.read(), as: UTF8.self)
        }
        return text.split(separator: "\n").filter { $0.contains(words) }
    }
}
