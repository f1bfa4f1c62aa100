import Glibc
import Kernel
import Testing
import Values

/// A server of HTTP on loopback that writes down what it is sent.
final class WebServer {
    /// One that it was sent.
    struct Request {
        let method: String
        let path: String
        let body: String
        let headers: Value

        fileprivate init(_ value: Value) {
            (method, path) = (value["method"]?.string ?? "", value["path"]?.string ?? "")
            (body, headers) = (value["body"]?.string ?? "", value["headers"] ?? .null)
        }

        /// The path without its query.
        var place: String { String(path.prefix { $0 != "?" }) }
        /// Of the query.
        var rid: String? { path.split(separator: "rid=").dropFirst().first.map { String($0.prefix { $0 != "&" }) } }
    }

    static let python = "/usr/bin/python3"
    static let isThere = FileSystem.isExecutable(python) && FileSystem.isExecutable("/usr/bin/curl")

    private let file: String
    private let process: ChildProcess
    let port: Int

    /// `port`: 0 is a free one. `certificate`, `key`: of one that speaks TLS.
    init(
        _ scene: Scene, _ name: String = "server", port: Int = 0, certificate: String? = nil, key: String? = nil,
        isProxy: Bool = false
    ) throws {
        file = scene.path(name)
        unlink("\(file).port")
        if isProxy { try TextFile.write("", to: "\(file).proxy") }
        let program = "\(#filePath)".replacing("WebServer.swift", with: "server.py")
        process = try ChildProcess(
            [Self.python, program, "\(port)", file] + [certificate, key].compactMap(\.self),
            environment: scene.environment, output: "/dev/null", errors: scene.path("\(name)-errors"))
        let path = "\(file).port"
        try wait("the server listens", evidence: TextFile.read(scene.path("\(name)-errors")) ?? "") {
            FileSystem.exists(path)
        }
        self.port = Int(TextFile.read(path) ?? "") ?? 0
    }

    func answer(_ status: Int) throws { try TextFile.write("\(status)", to: "\(file).status") }

    var requests: [Request] {
        (TextFile.read(file) ?? "").split(separator: "\n").compactMap {
            (try? JSONCoding.value(from: Array($0.utf8))).map(Request.init)
        }
    }

    func stop() throws {
        process.signal(SIGKILL)
        try wait("the server's end") { process.hasExited }
    }
}
