/// What a ready descriptor belongs to, packed into the 64 bits that epoll carries.
enum EventToken: Hashable {
    case signals
    case log
    case functionAnswer
    case clock
    case zones
    case worker(Channel, job: Int, generation: UInt32)

    enum Channel: UInt8 {
        case control, report, output
    }

    private static let workerBase: UInt64 = 16

    var packed: UInt64 {
        switch self {
        case .signals: 0
        case .log: 1
        case .functionAnswer: 2
        case .clock: 3
        case .zones: 4
        case .worker(let channel, let job, let generation):
            Self.workerBase + UInt64(channel.rawValue) | UInt64(job) << 8 | UInt64(generation) << 32
        }
    }

    /// `nil` for bits that `packed` never made.
    init?(packed: UInt64) {
        switch packed {
        case 0: self = .signals
        case 1: self = .log
        case 2: self = .functionAnswer
        case 3: self = .clock
        case 4: self = .zones
        default:
            let low = packed & 0xFF
            guard low >= Self.workerBase, let channel = Channel(rawValue: UInt8(low - Self.workerBase)) else {
                return nil
            }
            self = .worker(
                channel, job: Int(packed >> 8 & 0xFF_FFFF), generation: UInt32(truncatingIfNeeded: packed >> 32))
        }
    }

    /// How many jobs the token has room for.
    static let mostJobs = 1 << 24
}
