internal import CLinux
internal import Glibc

/// The socket of a service manager, to which a daemon tells its state (sd_notify(3)).
package struct NotifySocket: ~Copyable {
    private let descriptor: Descriptor
    private var address: sockaddr_un
    private let length: socklen_t

    /// `path`: the value of NOTIFY_SOCKET, a path or `@` and an abstract name.
    package init(path: String) throws(SystemError) {
        let (address, length) = Self.address(of: path)
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let raw = try systemCall("socket", path) { length == 0 ? nameTooLong() : socket(AF_UNIX, type, 0) }
        descriptor = Descriptor(owning: raw)
        (self.address, self.length) = (address, length)
    }

    /// The length is 0 if the path does not fit.
    private static func address(of path: String) -> (sockaddr_un, socklen_t) {
        var address = sockaddr_un()
        let length = unsafe clinux_unix_address(&address, path)
        return (address, length)
    }

    /// Sends without waiting; a manager that does not read misses it.
    package func send(_ text: String) {
        var text = text
        var address = address
        let raw = descriptor.raw
        let length = length
        text.withUTF8 { bytes in
            unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = unsafe sendto(raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
                }
            }
        }
    }
}

private func nameTooLong() -> Int32 {
    errno = ENAMETOOLONG
    return -1
}
