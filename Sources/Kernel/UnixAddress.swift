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

    /// Of a name in a directory, whatever the length of its path: a long one is reached through the directory's descriptor.
    static func with<Result: ~Copyable>(
        _ name: String, in directory: String, _ body: (UnixAddress) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        let path = "\(directory)/\(name)"
        if path.utf8.count <= longest { return try body(try UnixAddress(path: path)) }
        let held = try Descriptor.open(directory, flags: Int32(CLINUX_PATH_ONLY) | O_DIRECTORY)
        let result = try body(try UnixAddress(path: "/proc/self/fd/\(held.raw)/\(name)"))
        _ = held.raw
        return result
    }

    /// In bytes, without the zero at its end.
    private static let longest = 107

    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        var address = address
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// A socket that never waits, for datagrams if nothing else is asked for.
    func openSocket(_ kind: __socket_type = SOCK_DGRAM) throws(SystemError) -> Descriptor {
        let type = Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try systemCall("socket", path) { socket(AF_UNIX, type, 0) })
    }
}
