internal import CLinux
internal import Glibc

/// The address of a socket in the file system, or after `@` in the abstract namespace (unix(7)).
struct UnixAddress {
    let path: String
    private let address: sockaddr_un
    private let length: socklen_t

    init(path: String) throws(SystemError) {
        var address = sockaddr_un()
        length = unsafe clinux_unix_address(&address, path)
        guard length > 0 else { throw SystemError("socket", path, code: ENAMETOOLONG) }
        (self.path, self.address) = (path, address)
    }

    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        var address = address
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// A socket for datagrams that never waits.
    func openSocket() throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try systemCall("socket", path) { socket(AF_UNIX, type, 0) })
    }
}
