import Kernel
import Links
import Wire

/// A worker's program that was started to answer something, line by line on its standard output.
final class ProgramQuery {
    let pid: ProcessID
    private(set) var answer: Inbox
    /// Its exit is known, and so its number may be somebody else's.
    private var hasExited = false
    private let machine: Machine

    /// In bytes. A check's grows with the registry.
    static let longestCatalog = 1 << 20
    static let longestCheck = 64 << 20

    /// `longest`: so many bytes of the answer are read.
    init(longest: Int, _ machine: Machine, _ start: (_ output: borrowing Descriptor) throws(SystemError) -> ProcessID)
        throws(SystemError)
    {
        let pipe = try Pipe.open(nonblocking: .reader)
        self.machine = machine
        pid = try start(pipe.writer)
        answer = Inbox(pipe.reader, longestLine: WireFormat.longestMessage, most: longest)
    }

    /// To be called when it has exited, before it is collected: what it has started is not to outlive it.
    func exited() {
        kill()
        hasExited = true
    }

    /// Calls `body` with each line that has come. Returns whether the answer is complete.
    func receive(_ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
            while true {
                switch answer.read(into: buffer) {
                case .bytes(let count): answer.split(buffer, count) { line, _ in body(line) }
                case .wouldBlock where !hasExited: return false
                // Whoever else still holds the pipe has nothing to say.
                case .wouldBlock, .closed:
                    answer.finish { line, _ in body(line) }
                    return true
                }
            }
        }
    }

    /// It may have closed its output and go on, and what it has started may have left its group.
    func kill() {
        guard !hasExited else { return }
        machine.killDescendants(pid)
        machine.signalGroup(pid, .kill)
    }
}
