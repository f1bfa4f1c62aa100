import Clocks
import Kernel
import Wire

/// The worker's end of the control pipe: what the daemon says, message by message.
final class ControlChannel {
    private let descriptor: Descriptor
    private var lines = LineSplitter(longest: WireFormat.longestMessage - 1)
    /// The daemon closed its end: finish the current run, and exit.
    private(set) var isClosed = false
    /// `moved` has come.
    var isMoved = false
    /// What the daemon has ordered during a run, to be run after it. It orders one at a time: a call stands until it
    /// has begun, and an attempt that another follows has come too late.
    private var told: Command.Run?
    /// What has come of the event of the next run.
    private var event: [UInt8] = []
    /// Of the slots that it has passed during a run, the last; and whether the worker is to ask.
    private var passed: SlotInstant?
    private var asks: Bool?
    /// What the daemon's definition offers and this worker has too.
    private(set) var agreed: Features

    /// `agreed`: for a terminal, where there is no definition.
    init(_ descriptor: consuming Descriptor, agreed: Features = .none) {
        self.descriptor = descriptor
        self.agreed = agreed
    }

    var pollHandle: PollHandle { descriptor.pollHandle }

    func postpone(_ run: Command.Run) { told = run }

    func takePostponed() -> Command.Run? {
        defer { told = nil }
        return told
    }

    func postpone(passThrough slot: SlotInstant) { passed = slot }

    func postpone(asking asks: Bool) { self.asks = asks }

    /// What it has said of the slots during a run.
    func takePostponedRules(_ body: (_ passed: SlotInstant?, _ asks: Bool?) -> Void) {
        body(passed, asks)
        (passed, asks) = (nil, nil)
    }

    /// Reads once and calls `body` with each message that is complete. Waits if nothing is there: to be called when the pipe is
    /// readable.
    func receive(_ body: (Command) throws -> Void) throws {
        // On the stack, which an idle worker gives back, where a block of the heap would stay.
        try withUnsafeTemporaryAllocation(byteCount: WireFormat.longestMessage, alignment: 1) { buffer in
            switch try descriptor.read(into: buffer) {
            case .closed: isClosed = true
            case .wouldBlock: break
            case .bytes(let count):
                try lines.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { line, lost in
                    guard lost == 0 else { throw Self.tooLong }
                    try take(line, body)
                }
                if lines.isCut { throw Self.tooLong }
            }
        }
    }

    /// In bytes.
    private static let longestEvent = 1 << 20
    private static var eventTooLong: WireError { .syntax("an event is longer than \(longestEvent) bytes") }

    private static var tooLong: WireError {
        .syntax("a message of the daemon is longer than \(WireFormat.longestMessage) bytes")
    }

    private func take(_ line: UnsafeRawBufferPointer, _ body: (Command) throws -> Void) throws {
        let command = try Command.decode(line, agreed: agreed)
        switch command {
        case .definition(let header):
            agreed = header.features
            try body(command)
        case .event(let piece):
            guard event.count + piece.utf8.count <= Self.longestEvent else { throw Self.eventTooLong }
            event += piece.utf8
        case .run(var run):
            try run.takeEvent(&event)
            try body(.run(run))
        default: try body(command)
        }
    }
}
