internal import CLinux
internal import Glibc

/// The socket of a service manager, to which a daemon tells its state (sd_notify(3)).
package struct NotifySocket: ~Copyable {
    private let descriptor: Descriptor
    private let address: UnixAddress

    /// `path`: the value of NOTIFY_SOCKET, a path or `@` and an abstract name.
    package init(path: String) throws(SystemError) {
        let address = try UnixAddress(path: path)
        let descriptor = try address.openSocket()
        self.init(descriptor, address)
    }

    private init(_ descriptor: consuming Descriptor, _ address: UnixAddress) {
        self.descriptor = descriptor
        self.address = address
    }

    /// Sends without waiting; a manager that does not read misses it.
    package func send(_ text: String) {
        var text = text
        let raw = descriptor.raw
        text.withUTF8 { bytes in
            _ = unsafe address.withPointer {
                unsafe sendto(raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, $1)
            }
        }
    }
}
