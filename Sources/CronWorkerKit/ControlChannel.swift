import Kernel
import Shared

/// The worker's end of the control pipe: what the daemon says, message by message.
final class ControlChannel {
    private let descriptor: Descriptor
    private var buffer: [UInt8]
    private var count = 0
    /// The daemon closed its end: finish the run in hand, and exit.
    private(set) var isClosed = false

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
        buffer = []
    }

    var pollHandle: PollHandle { descriptor.pollHandle }

    /// Reads once, and returns the complete messages. Waits if nothing is there: to be called when the pipe is readable.
    func receive() throws -> [Command] {
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: WireFormat.longestMessage) }
        guard count < buffer.count else {
            throw WireError.syntax("a message of the daemon is longer than \(WireFormat.longestMessage) bytes")
        }
        switch try descriptor.read(into: &buffer, from: count) {
        case .closed: isClosed = true
        case .wouldBlock: break
        case .bytes(let more): count += more
        }
        return try takeCommands()
    }

    private func takeCommands() throws(WireError) -> [Command] {
        var commands: [Command] = []
        var start = 0
        while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
            commands.append(try Self.decode(buffer[start..<end]))
            start = end + 1
        }
        buffer.replaceSubrange(0..<count - start, with: Array(buffer[start..<count]))
        count -= start
        return commands
    }

    private static func decode(_ line: ArraySlice<UInt8>) throws(WireError) -> Command {
        try line.withUnsafeBufferPointer { bytes throws(WireError) in
            try Command.decode(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Gives the buffer back: between two commands of an idle worker nothing of it is needed.
    func releaseBuffer() { if count == 0 { buffer = [] } }
}
