internal import CLinux
package import Clocks
internal import Glibc

/// The standard output, written to without ever waiting for its reader and without changing the open file for those who
/// share it: O_NONBLOCK belongs to the open file, and a terminal's is the shell's too.
package struct OutputStream: ~Copyable {
    private let descriptor: Descriptor
    private let isSocket: Bool
    /// Where the open file could be neither opened again nor asked not to wait.
    private var hasPump = false
    /// Whether it can be waited for with a `Poller`; a regular file cannot, and never would have to.
    package let isPollable: Bool

    package static func standardOutput() throws(SystemError) -> OutputStream {
        try OutputStream(sharing: StandardDescriptors.duplicateOutput())
    }

    /// Writes to what `original` is open for.
    package init(sharing original: consuming Descriptor) throws(SystemError) {
        var status = stat()
        let raw = original.raw
        try systemCall("fstat", "standard output") { unsafe fstat(raw, &status) }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: self.init(original, isSocket: true, isPollable: true)
        case S_IFIFO, S_IFCHR:
            // Opened again it is an open file of its own, which may be made non-blocking without anyone noticing.
            if let own = try? Descriptor.open("/proc/self/fd/\(raw)", flags: O_WRONLY | O_NONBLOCK | O_NOCTTY) {
                self.init(own, isSocket: false, isPollable: true)
            } else {
                // Such as a terminal of another user, which says that it has room and then waits.
                let way = try Pipe.socket()
                try OutputPump.start(from: way.reader, to: original)
                self.init(way.writer, isSocket: true, isPollable: true)
                hasPump = true
            }
        default: self.init(original, isSocket: false, isPollable: false)
        }
    }

    private init(_ descriptor: consuming Descriptor, isSocket: Bool, isPollable: Bool) {
        self.descriptor = descriptor
        (self.isSocket, self.isPollable) = (isSocket, isPollable)
    }

    /// Waits until what was written is with its reader, `patience` at most; nothing may be written after it.
    package func finish(patience: Nanoseconds) {
        guard hasPump else { return }
        shutdown(descriptor.raw, Int32(SHUT_WR))
        // Without events it waits for the other end to be closed.
        var entry = pollfd(fd: descriptor.raw, events: 0, revents: 0)
        unsafe poll(&entry, 1, Int32(clamping: patience.count / 1_000_000))
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Descriptor.Transfer {
        if isSocket { return try unsafe send(bytes) }
        do throws(SystemError) {
            return try unsafe descriptor.write(bytes)
        } catch {
            // A terminal that was hung up. It never comes back, and to wait for room would end at once.
            if isPollable, error.code == EIO { return .closed }
            throw error
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Descriptor.Transfer {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let raw = descriptor.raw
        do throws(SystemError) {
            let (start, size) = (bytes.baseAddress, bytes.count)
            let count = try readyCall("send", "standard output") { unsafe Glibc.send(raw, start, size, flags) }
            return count.map { .bytes($0) } ?? .wouldBlock
        } catch {
            if error.code == EPIPE || error.code == ECONNRESET { return .closed }
            throw error
        }
    }

    package func register(with poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try poller.add(descriptor, token: token, for: .write)
    }

    package func unregister(from poller: borrowing Poller) { poller.remove(descriptor) }
}
