import Clocks
import Kernel

/// Where the log's records go.
enum LogOutput: ~Copyable {
    case stream(OutputStream)
    /// Each record as a whole, or not.
    case journal(JournalSocket)

    /// Whether it can be waited for with a `Poller`. The journal cannot: it is gone while it is started again.
    var isPollable: Bool {
        switch self {
        case .stream(let stream): stream.isPollable
        case .journal: false
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Descriptor.Transfer {
        switch self {
        case .stream(let stream): try stream.write(bytes)
        case .journal(let journal): journal.write(bytes)
        }
    }

    func finish(patience: Nanoseconds) {
        switch self {
        case .stream(let stream): stream.finish(patience: patience)
        case .journal: break
        }
    }

    func register(with poller: borrowing Poller, token: UInt64) throws(SystemError) {
        switch self {
        case .stream(let stream): try stream.register(with: poller, token: token)
        case .journal: break
        }
    }

    func unregister(from poller: borrowing Poller) {
        switch self {
        case .stream(let stream): stream.unregister(from: poller)
        case .journal: break
        }
    }
}
