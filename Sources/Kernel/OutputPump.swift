internal import CLinux
internal import Glibc

/// Writes, for someone who must not wait, into an open file that may hold its writer up and that others share, so that it
/// cannot be made non-blocking: a thread waits in its stead. It ends with the process, also in the middle of a write to a
/// terminal that takes nothing.
enum OutputPump {
    private static let stackSize = 128 << 10

    /// Starts the thread, which writes to `target` what comes from `source` until that ends or the target is gone.
    static func start(from source: consuming Descriptor, to target: consuming Descriptor) throws(SystemError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // The thread inherits that no signal is for it: they are for the one that reads them.
        let block = SignalBlock.all()
        defer { block.restore() }
        var thread = pthread_t()
        let ends = unsafe Unmanaged.passRetained(Ends(source, target))
        let code = unsafe pthread_create(&thread, &attributes, pump, ends.toOpaque())
        guard code == 0 else {
            unsafe ends.release()
            throw SystemError("pthread_create", code: code)
        }
    }
}

private final class Ends {
    let source: Descriptor
    let target: Descriptor

    init(_ source: consuming Descriptor, _ target: consuming Descriptor) {
        self.source = source
        self.target = target
    }
}

private func pump(_ passed: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let passed = unsafe passed else { return nil }
    let ends = unsafe Unmanaged<Ends>.fromOpaque(passed).takeRetainedValue()
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while case .bytes(let count)? = try? ends.source.read(into: &bytes, from: 0) {
        guard writeAll(bytes[..<count], to: ends.target) else { break }
    }
    return nil
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
