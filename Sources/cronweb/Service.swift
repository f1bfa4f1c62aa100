import Clocks
import Crontool
import HTTPServer
import Host
import Kernel
import Web

/// What is wrong with the command line, or with a file that it names.
struct ServiceFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// From the command line to the end of the process.
struct Service {
    private let command: Cronweb
    private let place: ListenPlace
    private let token: [UInt8]?

    init(_ command: Cronweb) throws {
        self.command = command
        place = try ListenPlace(command.listen)
        token = try command.tokenFile.map(TokenFile.read)
        if case .network(let address) = place, !address.isLoopback, token == nil {
            throw ServiceFailure(
                "--listen \(command.listen) needs --token-file; or listen on a Unix socket behind a proxy")
        }
    }

    func run() throws {
        _ = try OpenFilesLimit.raise()
        let signals = try SignalQueue([.terminate, .interrupt])
        let site = DaemonSite(
            registry: command.registry, place: command.runtimeDirectory, usual: "/etc/cronsupd",
            patience: Patience.daemon)
        let (listener, address) = try open()
        let access = Access(
            hosts: command.host + place.ownNames, takesAddresses: place.takesAddresses, hasActions: command.actions,
            token: token)
        try HTTPServer(try WebApplication(site, access, metricsJobs: command.metricsJobs)).serve(listener)
        StandardDescriptors.writeError("cronweb: listens on \(address)\n")
        Readiness.tell()
        var poll = Poll()
        poll.add(signals.descriptor.pollHandle, for: .read)
        while try signals.take().isEmpty { try poll.wait(nil) }
        if case .file(let directory, let name) = place { try? FileSystem.remove("\(directory)/\(name)") }
    }

    private func open() throws -> (any Listener, String) {
        switch place {
        case .network(let address):
            let listener = try NetworkListener(address)
            return (listener, "http://\(address.hostText):\(listener.port)/")
        case .file(let directory, let name):
            let listener = try FileListener(name, in: directory, mode: 0o660)
            return (listener, "unix:\(listener.path)")
        }
    }
}

private enum Readiness {
    /// systemd waits for it (sd_notify(3)).
    static func tell() {
        guard let path = ThisProcess.environment("NOTIFY_SOCKET") else { return }
        try? NotifySocket(path: path).send("READY=1")
    }
}

/// What `--listen` says.
enum ListenPlace {
    case network(InternetAddress)
    case file(directory: String, name: String)

    init(_ text: String) throws(ServiceFailure) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            guard let slash = path.lastIndex(of: "/"), path.index(after: slash) != path.endIndex else {
                throw ServiceFailure(
                    "--listen \(text): expected unix: and the path of a socket, such as unix:/run/web.sock")
            }
            let directory = path[..<slash]
            self = .file(
                directory: directory.isEmpty ? "/" : String(directory), name: String(path[path.index(after: slash)...]))
        } else if let address = InternetAddress(text) {
            self = .network(address)
        } else {
            throw ServiceFailure(
                "--listen \(text): expected an address in numbers and a port, such as 127.0.0.1:8023 or [::1]:8023, or unix:PATH"
            )
        }
    }

    /// By which it may be called, besides `--host`.
    var ownNames: [String] {
        switch self {
        case .network(let address): address.isLoopback ? ["localhost", address.hostText] : [address.hostText]
        case .file: ["localhost"]
        }
    }

    /// It listens on all addresses, and does not know which they are.
    var takesAddresses: Bool {
        if case .network(let address) = self { ["0.0.0.0", "[::]"].contains(address.hostText) } else { false }
    }
}

enum TokenFile {
    private static let largest = 4_096
    private static let shortest = 16

    static func read(_ path: String) throws -> [UInt8] {
        guard let (bytes, _) = try FileSystem.contents(of: path, limit: largest), bytes.count <= largest else {
            throw ServiceFailure("--token-file \(path): expected at most \(largest) bytes")
        }
        let token = bytes.split(separator: UInt8(ascii: "\n")).first.map(Array.init) ?? []
        guard token.count >= shortest, token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ServiceFailure(
                "--token-file \(path): expected a line of at least \(shortest) characters without spaces, as of 'openssl rand -hex 32'"
            )
        }
        return token
    }
}
