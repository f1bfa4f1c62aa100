internal import CLinux
internal import Glibc

/// A socket in the file system to which others connect, each with a stream of its own (unix(7)). It never waits.
package struct ListeningSocket: ~Copyable {
    package let descriptor: Descriptor
    package let path: String

    /// So many may wait to be accepted.
    private static let backlog: Int32 = 64

    /// Comes in one step into the place of whatever has the name: it has its mode before anybody can connect.
    package init(_ name: String, in directory: String, mode: UInt32) throws(SystemError) {
        let (path, new) = ("\(directory)/\(name)", "\(name).new")
        try? FileSystem.remove("\(directory)/\(new)")
        let socket = try UnixAddress.with(new, in: directory) { address throws(SystemError) in
            let socket = try address.openSocket(SOCK_STREAM)
            let raw = socket.raw
            try systemCall("bind", path) { unsafe address.withPointer { unsafe Int(bind(raw, $0, $1)) } }
            return socket
        }
        let raw = socket.raw
        try systemCall("chmod", path) { unsafe withPath("\(directory)/\(new)") { unsafe chmod($0, mode) } }
        try systemCall("listen", path) { listen(raw, Self.backlog) }
        try FileSystem.rename("\(directory)/\(new)", to: path)
        self.init(socket, path)
    }

    private init(_ descriptor: consuming Descriptor, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// The directories in a place in which somebody listens on a socket of this name, as the kernel tells anybody of this network namespace
    /// (proc_net(5)): also where the place itself may not be read. Those with the longest paths are not known.
    package static func directories(below place: String, of name: String) -> [String] {
        let text = (try? ProcFile.text("/proc/net/unix", limit: 16 << 20)) ?? ""
        var names: Set<String> = []
        for line in text.split(separator: "\n") {
            guard let start = line.firstIndex(of: "/") else { continue }
            let path = line[start...]
            // It had another name when it was bound.
            for suffix in ["/\(name)", "/\(name).new"] where path.hasPrefix("\(place)/") && path.hasSuffix(suffix) {
                let directory = path.dropFirst(place.count + 1).dropLast(suffix.count)
                if !directory.isEmpty, !directory.contains("/") { names.insert(String(directory)) }
            }
        }
        return names.sorted()
    }

    /// The next one that has connected; `nil`: nobody waits.
    package func accept() throws(SystemError) -> Descriptor? {
        let raw = descriptor.raw
        return try readyCall("accept4", path) { clinux_accept(raw) }.map { Descriptor(owning: $0) }
    }
}

extension Descriptor {
    /// Writes all of it to a socket, with an open file. `.wouldBlock`: nothing went.
    package func send(_ bytes: [UInt8], with file: borrowing Descriptor) throws(SystemError) -> Transfer {
        let (raw, other) = (raw, file.raw)
        do throws(SystemError) {
            let count = try readyCall("sendmsg", "socket") {
                unsafe clinux_send_with_descriptor(raw, other, bytes, bytes.count)
            }
            return count.map { .bytes($0) } ?? .wouldBlock
        } catch {
            if error.code == EPIPE || error.code == ECONNRESET { return .closed }
            throw error
        }
    }
}

/// Who is at the other end of a connection, as the kernel noted it when they connected.
package struct Peer: Hashable, Sendable {
    package let process: ProcessID
    package let user: UInt32
    /// Its own and all others that it is in.
    package let groups: Set<UInt32>

    package init(process: ProcessID, user: UInt32, groups: Set<UInt32>) {
        (self.process, self.user, self.groups) = (process, user, groups)
    }

    package init(of socket: borrowing Descriptor) throws(SystemError) {
        var (process, user, group) = (pid_t(0), uid_t(0), gid_t(0))
        let raw = socket.raw
        try systemCall("getsockopt", "SO_PEERCRED") { unsafe clinux_peer(raw, &process, &user, &group) }
        self.init(process: process, user: user, groups: Self.groups(of: raw).union([group]))
    }

    private static let mostGroups = 65_536

    /// None, where the kernel does not tell (Linux 4.13).
    private static func groups(of socket: Int32) -> Set<UInt32> {
        var groups = [gid_t](repeating: 0, count: 64)
        while groups.count <= mostGroups {
            var size = socklen_t(groups.count * MemoryLayout<gid_t>.stride)
            if unsafe clinux_peer_groups(socket, &groups, &size) == 0 {
                return Set(groups.prefix(Int(size) / MemoryLayout<gid_t>.stride))
            }
            guard errno == ERANGE else { break }
            groups = [gid_t](repeating: 0, count: groups.count * 2)
        }
        return []
    }
}

/// A connection to a socket in the file system, for one who may wait.
package struct StreamSocket: ~Copyable {
    private let descriptor: Descriptor

    /// Does not wait: where too many have connected and nobody accepts them, that is an error.
    package init(connectingTo name: String, in directory: String) throws(SystemError) {
        let path = "\(directory)/\(name)"
        let socket = try UnixAddress.with(name, in: directory) { address throws(SystemError) in
            let socket = try address.openSocket(SOCK_STREAM)
            let raw = socket.raw
            try systemCall("connect", path) { unsafe address.withPointer { unsafe Int(connect(raw, $0, $1)) } }
            return socket
        }
        self.init(socket)
    }

    /// One whose other end another process has, or will have.
    package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    package var pollHandle: PollHandle { descriptor.pollHandle }

    package func read(into array: inout [UInt8]) throws(SystemError) -> Descriptor.Transfer {
        do throws(SystemError) {
            return try descriptor.read(into: &array, from: 0)
        } catch {
            if error.code == ECONNRESET { return .closed }
            throw error
        }
    }

    /// As `read`, of who may send an open file with what it says.
    package func receive(
        into array: inout [UInt8], file: inout FileBox?
    ) throws(SystemError) -> Descriptor.Transfer {
        let (raw, size) = (descriptor.raw, array.count)
        var passed = Int32(-1)
        do throws(SystemError) {
            let count = try readyCall("recvmsg", "socket") {
                unsafe clinux_receive_with_descriptor(raw, &array, size, &passed)
            }
            if passed >= 0 { file = FileBox(Descriptor(owning: passed)) }
            guard let count else { return .wouldBlock }
            return count == 0 ? .closed : .bytes(count)
        } catch {
            if error.code == ECONNRESET { return .closed }
            throw error
        }
    }

    /// An open file that came through a socket.
    package final class FileBox {
        package let file: Descriptor

        init(_ file: consuming Descriptor) { self.file = file }
    }

    /// Without SIGPIPE, if the other end is gone.
    package func send(_ bytes: [UInt8]) throws(SystemError) -> Descriptor.Transfer {
        let raw = descriptor.raw
        do throws(SystemError) {
            let count = try readyCall("send", "socket") {
                unsafe bytes.withUnsafeBytes { unsafe Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            return count.map { .bytes($0) } ?? .wouldBlock
        } catch {
            if error.code == EPIPE || error.code == ECONNRESET { return .closed }
            throw error
        }
    }
}

extension SystemError {
    /// Nobody listens there, or there is nothing of that name.
    package var isUnanswered: Bool { code == ECONNREFUSED || code == ENOENT || code == ENOTDIR }
    /// Who listens does not come to accept anybody.
    package var isUnaccepted: Bool { call == "connect" && code == EAGAIN }
    package var isDenied: Bool { code == EACCES || code == EPERM }
}
