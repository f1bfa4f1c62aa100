import Clocks
import Glibc
import Kernel
import Testing

/// How long the scenes of each test took, for `Scripts/test`.
enum TestTimes {
    /// A line in the file that the environment names: the seconds, a tab, the test.
    static func note(_ span: Nanoseconds) {
        guard let path = ThisProcess.environment("TEST_TIMES"), let test = Test.current else { return }
        let line = "\(Double(span.count) / 1e9)\t\(test.id)\n"
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        _ = line.withCString { write(file, $0, strlen($0)) }
        close(file)
    }
}
