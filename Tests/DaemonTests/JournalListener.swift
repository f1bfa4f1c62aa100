import Glibc
import Testing

/// The journal's end of its socket, and what it reads there (systemd.io/JOURNAL_NATIVE_PROTOCOL).
final class JournalListener {
    private let descriptor: Int32

    typealias Fields = [(name: String, value: [UInt8])]

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0, "bind '\(path)': \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// The next record, also one in a file; `nil`: none has come.
    func next() throws -> Fields? { try nextBytes().map { try Self.fields($0) } }

    func all() throws -> [Fields] {
        var all: [Fields] = []
        while let fields = try next() { all.append(fields) }
        return all
    }

    private func nextBytes() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var control = [UInt8](repeating: 0, count: 64)
        let count = buffer.withUnsafeMutableBytes { buffer in
            control.withUnsafeMutableBytes { control in
                var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    (message.msg_iov, message.msg_iovlen) = (vector, 1)
                    (message.msg_control, message.msg_controllen) = (control.baseAddress, control.count)
                    return recvmsg(descriptor, &message, 0)
                }
            }
        }
        guard count >= 0 else { return nil }
        if count > 0 { return Array(buffer[..<count]) }
        // The number of the file is behind the part's header of 16 bytes.
        let number = control[16..<20].reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
        defer { close(number) }
        // F_GET_SEALS: nobody may change it any more (fcntl(2)).
        #expect(fcntl(number, 1_034) & 15 == 15)
        var bytes: [UInt8] = []
        while true {
            let count = pread(number, &buffer, buffer.count, off_t(bytes.count))
            if count <= 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    static func fields(_ record: [UInt8]) throws -> Fields {
        var fields: Fields = []
        var rest = record[...]
        while !rest.isEmpty {
            let end = try #require(rest.firstIndex(of: 0x0A))
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if let sign = line.firstIndex(of: UInt8(ascii: "=")) {
                fields.append((String(decoding: line[..<sign], as: UTF8.self), Array(line[(sign + 1)...])))
                continue
            }
            try #require(rest.count > 8)
            let size = Int(rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            rest = rest.dropFirst(8)
            try #require(rest.count > size && rest[rest.startIndex + size] == 0x0A)
            fields.append((String(decoding: line, as: UTF8.self), Array(rest.prefix(size))))
            rest = rest.dropFirst(size + 1)
        }
        return fields
    }
}

extension JournalListener.Fields {
    subscript(name: String) -> String? { first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) } }
}
