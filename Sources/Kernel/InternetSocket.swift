internal import CLinux
internal import Glibc

/// An address of this machine and a port, as numbers: `127.0.0.1:8023`, `[::1]:8023`.
package struct InternetAddress: Hashable, Sendable, CustomStringConvertible {
    private let host: Host
    package let port: UInt16

    private enum Host: Hashable, Sendable {
        case four(UInt32)
        case six([UInt8])
    }

    /// `nil` for anything else: no names are looked up.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        self.init(host: String(text[..<colon]), port: port)
    }

    private init?(host: String, port: UInt16) {
        self.port = port
        if host.hasPrefix("["), host.hasSuffix("]") {
            var six = in6_addr()
            guard unsafe inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &six) == 1 else { return nil }
            self.host = .six(unsafe withUnsafeBytes(of: &six) { unsafe Array($0) })
        } else {
            var four = in_addr()
            guard unsafe inet_pton(AF_INET, host, &four) == 1 else { return nil }
            self.host = .four(four.s_addr)
        }
    }

    /// Whether nobody outside of this machine gets there.
    package var isLoopback: Bool {
        switch host {
        case .four(let address): UInt32(bigEndian: address) >> 24 == 127
        case .six(let bytes): bytes == [UInt8](repeating: 0, count: 15) + [1]
        }
    }

    package var description: String { "\(hostText):\(port)" }

    /// As the head of a request names it.
    package var hostText: String {
        switch host {
        case .four(let address):
            let bytes = [address & 255, address >> 8 & 255, address >> 16 & 255, address >> 24]
            return bytes.map { "\($0)" }.joined(separator: ".")
        case .six(var bytes):
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            let isWritten = unsafe inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count)) != nil
            let end = text.firstIndex(of: 0) ?? text.endIndex
            return isWritten ? "[\(String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self))]" : ""
        }
    }

    fileprivate var family: Int32 { if case .four = host { AF_INET } else { AF_INET6 } }

    fileprivate func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        switch host {
        case .four(let address):
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            four.sin_addr.s_addr = address
            return unsafe Self.with(&four, body)
        case .six(let bytes):
            var six = sockaddr_in6()
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &six.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
            return unsafe Self.with(&six, body)
        }
    }

    private static func with<Address>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int
    ) -> Int {
        unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

/// A socket to which others connect over a network, each with a stream of its own (tcp(7)). It never waits.
package struct InternetListener: ~Copyable {
    package let descriptor: Descriptor

    private static let backlog: Int32 = 1_024

    package init(_ address: InternetAddress) throws(SystemError) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(
            owning: try systemCall("socket", address.description) { Glibc.socket(address.family, type, 0) })
        let raw = socket.raw
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Connections of an earlier process may be there yet.
        try systemCall("setsockopt", "SO_REUSEADDR") { unsafe setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &yes, size) }
        try systemCall("bind", address.description) {
            unsafe address.withPointer { unsafe Int(bind(raw, $0, $1)) }
        }
        try systemCall("listen", address.description) { listen(raw, Self.backlog) }
        self.init(socket)
    }

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// The port that it has, if any would do.
    package var port: UInt16 {
        var (address, length) = (sockaddr_in6(), socklen_t(MemoryLayout<sockaddr_in6>.size))
        let raw = descriptor.raw
        let code = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(raw, $0, &length) }
        }
        // The port stands at the same place in both kinds of addresses.
        return code == 0 ? UInt16(bigEndian: address.sin6_port) : 0
    }

    /// The next one that has connected; `nil`: nobody waits.
    package func accept() throws(SystemError) -> Descriptor? {
        let raw = descriptor.raw
        return try readyCall("accept4", "socket") { clinux_accept(raw) }.map { Descriptor(owning: $0) }
    }
}

extension Descriptor {
    /// What has come through a socket and stays there to be read.
    package func peek(into array: inout [UInt8]) throws(SystemError) -> Transfer {
        let (raw, size) = (raw, array.count)
        do throws(SystemError) {
            let count = try readyCall("recv", "socket") { unsafe recv(raw, &array, size, Int32(MSG_PEEK)) }
            guard let count else { return .wouldBlock }
            return count == 0 ? .closed : .bytes(count)
        } catch {
            if error.code == ECONNRESET { return .closed }
            throw error
        }
    }

    /// Gives the number to a library of C, whose descriptor it is from then on.
    package consuming func surrender() -> Int32 {
        let raw = raw
        discard self
        return raw
    }
}
