import Links

/// What the daemon's loop waits for.
enum EventToken: Hashable {
    case signals
    case log
    case functionAnswer
    case clock
    case files
    /// Somebody connects to the control socket.
    case control
    case client(Int, generation: UInt32)
    /// The ledger says something.
    case ledger
    case worker(Channel, job: Int, generation: UInt32)

    enum Channel: UInt8 {
        case control, report, output
    }

    /// Those that there is one of, by the kinds of their sources.
    private static let single: [EventToken] = [.signals, .log, .functionAnswer, .clock, .files, .control, .ledger]
    private static let clientKind: UInt8 = 15
    private static let workerBase: UInt8 = 16

    var source: Source {
        if case .worker(let channel, let job, let generation) = self {
            return Source(kind: Self.workerBase + channel.rawValue, place: job, generation: generation)
        }
        if case .client(let place, let generation) = self {
            return Source(kind: Self.clientKind, place: place, generation: generation)
        }
        return Source(kind: UInt8(Self.single.firstIndex(of: self) ?? 0))
    }

    /// `nil`: it is none of the daemon's.
    init?(_ source: Source) {
        if source.kind >= Self.workerBase, let channel = Channel(rawValue: source.kind - Self.workerBase) {
            self = .worker(channel, job: source.place, generation: source.generation)
        } else if source.kind == Self.clientKind {
            self = .client(source.place, generation: source.generation)
        } else {
            guard source.kind < Self.single.count, source == Source(kind: source.kind) else { return nil }
            self = Self.single[Int(source.kind)]
        }
    }

    var packed: UInt64 { source.packed }
}
