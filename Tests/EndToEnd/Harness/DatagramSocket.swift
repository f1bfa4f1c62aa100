import Glibc
import Testing

/// The end of a socket to which a daemon sends datagrams: the service manager's, or the journal's.
final class DatagramSocket {
    private let descriptor: Int32
    private(set) var text = ""

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure("bind '\(path)': \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    func receive() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += String(decoding: buffer[..<count], as: UTF8.self) + "\n"
        }
    }

    func count(_ word: String) -> Int { text.split(separator: "\n").filter { $0.hasPrefix(word) }.count }

    func wait(for word: String, times: Int = 1) throws {
        try EndToEnd.wait("\(times) × '\(word)'", evidence: text) {
            receive()
            return count(word) >= times
        }
    }
}
