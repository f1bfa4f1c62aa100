import Glibc
import Kernel
import TestSupport
import Testing

/// A `cronweb` that a test has started, over a socket in the directory of the scene.
final class WebProcess {
    private let directory: String
    let process: ChildProcess
    private let errors: String

    struct Answer {
        let status: Int
        let head: String
        let body: String
    }

    init(_ scene: Scene, _ arguments: [String] = []) throws {
        directory = scene.directory
        errors = scene.path("web-errors")
        // Of one that was there before.
        unlink(errors)
        process = try ChildProcess(
            [
                Binaries.web, "--listen", "unix:\(directory)/http", "--registry", scene.registry, "--runtime-directory",
                scene.runtime,
            ] + arguments, environment: scene.environment, output: scene.path("web-out"), errors: errors)
        try wait("cronweb listens", evidence: TextFile.read(errors) ?? "") {
            TextFile.read(errors)?.contains("listens on") ?? false
        }
    }

    func stop() throws -> Kernel.ExitStatus? {
        process.signal(SIGTERM)
        try wait("the end of cronweb") { process.hasExited }
        return process.exitStatus
    }

    // MARK: Requests

    func get(_ path: String, _ headers: [String] = ["Host: localhost"]) throws -> Answer {
        try ask("GET \(path) HTTP/1.1\r\n" + headers.map { "\($0)\r\n" }.joined() + "\r\n")
    }

    static let sameOrigin = ["Host: localhost", "Origin: http://localhost", "Content-Type: application/json"]

    func post(_ path: String, _ headers: [String] = sameOrigin, body: String = "{}") throws -> Answer {
        let all = headers + ["Content-Length: \(body.utf8.count)"]
        return try ask("POST \(path) HTTP/1.1\r\n" + all.map { "\($0)\r\n" }.joined() + "\r\n" + body)
    }

    private func ask(_ text: String) throws -> Answer {
        let socket = try StreamSocket(connectingTo: "http", in: directory)
        _ = try socket.send(Array(text.utf8))
        return try Self.read(socket) { _ in false }
    }

    /// Follows what comes until it is enough.
    func follow(_ path: String, _ headers: [String] = [], until isEnough: (String) -> Bool) throws -> Answer {
        let socket = try StreamSocket(connectingTo: "http", in: directory)
        let more = headers.map { "\($0)\r\n" }.joined()
        _ = try socket.send(Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(more)\r\n".utf8))
        return try Self.read(socket, until: isEnough)
    }

    private static func read(_ socket: borrowing StreamSocket, until isEnough: (String) -> Bool) throws -> Answer {
        var (bytes, piece, isDone) = ([UInt8](), [UInt8](repeating: 0, count: 65_536), false)
        isDone = try eventually {
            switch try socket.read(into: &piece) {
            case .bytes(let count): bytes += piece[..<count]
            case .closed: return true
            case .wouldBlock: break
            }
            return isEnough(String(decoding: bytes, as: UTF8.self))
        }
        let text = String(decoding: bytes, as: UTF8.self)
        try #require(isDone, "no end: \(text.suffix(2_000))")
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, head: String(parts.first ?? ""), body: parts.count > 1 ? String(parts[1]) : "")
    }
}
