internal import CLinux
internal import Glibc

/// Writes, for someone who must not wait, into an open file that may hold its writer up and that others share, so that it
/// cannot be made non-blocking: a thread waits in its stead. It ends with the process, also in the middle of a write to a
/// terminal that takes nothing.
enum OutputPump {
    private static let stackSize = 128 << 10

    /// Starts the thread, which writes to `target` what comes from `source` until that ends or the target is gone.
    static func start(from source: consuming Descriptor, to target: consuming Descriptor) throws(SystemError) {
        let ends = Ends(source, target)
        try BackgroundThread.start(stackSize: stackSize) { ends.pump() }
    }
}

/// The thread's alone from its start on.
private final class Ends: Sendable {
    let source: Descriptor
    let target: Descriptor

    init(_ source: consuming Descriptor, _ target: consuming Descriptor) {
        self.source = source
        self.target = target
    }

    func pump() {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while case .bytes(let count)? = try? source.read(into: &bytes, from: 0) {
            guard writeAll(bytes[..<count], to: target) else { break }
        }
    }
}

/// Others who share the open file may have made it non-blocking. Returns `false` if it is gone.
private func writeAll(_ bytes: ArraySlice<UInt8>, to target: borrowing Descriptor) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
        switch try? target.write(Array(rest)) {
        case .bytes(let count): rest = rest.dropFirst(count)
        case .wouldBlock:
            var entry = pollfd(fd: target.raw, events: Int16(POLLOUT), revents: 0)
            unsafe poll(&entry, 1, 1_000)
        case .closed, nil: return false
        }
    }
    return true
}
