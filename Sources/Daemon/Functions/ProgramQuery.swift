import Kernel
import Wire

/// A worker's program that was started to answer something, line by line on its standard output.
final class ProgramQuery {
    let pid: ProcessID
    let output: WorkerProcess.PipeEnd
    private var lines = LineSplitter(longest: WireFormat.longestMessage)
    private var rest: Int
    /// Its exit is known, and so its number may be somebody else's.
    private var hasExited = false

    /// In bytes. A check's grows with the registry.
    static let longestCatalog = 1 << 20
    static let longestCheck = 64 << 20

    /// `longest`: so many bytes of the answer are read.
    init(longest: Int, _ start: (_ output: borrowing Descriptor) throws(SystemError) -> ProcessID) throws(SystemError) {
        rest = longest
        let pipe = try Pipe.open(nonblocking: .reader)
        pid = try start(pipe.writer)
        output = WorkerProcess.PipeEnd(pipe.reader)
    }

    /// To be called when it has exited, before it is collected: what it has started is not to outlive it.
    func exited() {
        kill()
        hasExited = true
    }

    /// Calls `body` with each line that has come. Returns whether the answer is complete.
    func receive(_ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while rest > 0 {
            switch try? output.descriptor.read(into: &buffer, from: 0) {
            case .bytes(let count):
                rest -= count
                buffer.withUnsafeBytes { bytes in
                    lines.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { line, _ in body(line) }
                }
            case .wouldBlock where !hasExited: return false
            // Whoever else still holds the pipe has nothing to say.
            case .wouldBlock, .closed, nil:
                lines.finish { line, _ in body(line) }
                return true
            }
        }
        return true
    }

    /// It may have closed its output and go on.
    func kill() { if !hasExited { Children.signalGroup(pid, .kill) } }
}
