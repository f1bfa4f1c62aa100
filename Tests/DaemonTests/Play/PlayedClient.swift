import Kernel

@testable import Daemon

/// A client of the control socket, and the test is it.
final class PlayedClient {
    private var socket: StreamSocket?
    private var text = ""

    init(_ play: PlayedDaemon) throws {
        socket = try StreamSocket(connectingTo: "control.sock", in: play.daemon.runtime.path ?? "")
        try play.daemon.turn()
    }

    func say(_ text: String) throws { try say(Array(text.utf8)) }

    func say(_ bytes: [UInt8]) throws { _ = try socket?.send(bytes) }

    func leave() { socket = nil }

    /// What it has been told since the last call; `nil`: nothing, and nothing more comes.
    func hear() throws -> [Substring]? {
        var (isOver, piece) = (false, [UInt8](repeating: 0, count: 1 << 20))
        reading: while let transfer = try socket?.read(into: &piece) {
            switch transfer {
            case .bytes(let count): text += String(decoding: piece[..<count], as: UTF8.self)
            case .wouldBlock: break reading
            case .closed:
                isOver = true
                break reading
            }
        }
        defer { text = "" }
        return isOver && text.isEmpty ? nil : text.split(separator: "\n")
    }

    /// What it is answered in one round.
    func ask(_ request: String, _ play: PlayedDaemon) throws -> [Substring] {
        try say(request + "\n")
        try play.daemon.turn()
        return try hear() ?? ["closed"]
    }
}
