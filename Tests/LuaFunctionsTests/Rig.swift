import Kernel
import LuaFunctions
import Model
import TestSupport
import Values

/// A machine with files in a directory of its own. Paths in its texts are shown as they are below that directory.
final class Rig {
    let host = FakeHost()
    let machine: LuaMachine
    private let directory: TemporaryDirectory

    init(_ files: [String: String] = [:], prepare: @escaping ([UInt8]) -> [UInt8] = { $0 }) throws {
        directory = try TemporaryDirectory()
        machine = LuaMachine(host: host, memoryLimit: 256 << 20, prepare: prepare)
        for (name, text) in files { try write(text, to: name) }
    }

    /// The file `jobs.lua` with one function, `run`, of this body.
    convenience init(body: String) throws { try self.init(["jobs.lua": "return { run = function(...) \(body) end }"]) }

    func write(_ text: String, to name: String) throws { try directory.write(text, to: name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Descriptor.create("\(directory.path)/\(name)").writeAll(bytes)
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    func load(_ name: String = "jobs.lua") throws { try machine.load(LuaFile(path(name))) }

    func call(_ method: String = "run", in name: String = "jobs.lua", _ arguments: Value...) throws -> Value {
        try machine.call(LuaFunction(file: path(name), method: method), arguments: arguments)
    }

    /// What goes wrong; `nil` if nothing does.
    func failure(_ body: () throws -> Void) -> LuaFailure? {
        do {
            try body()
            return nil
        } catch {
            return error as? LuaFailure
        }
    }

    /// The description of what goes wrong, without the traceback.
    func error(_ body: () throws -> Void) -> String? { failure(body).map { plain($0.summary) } }

    func traceback(_ body: () throws -> Void) -> [String]? {
        failure(body)?.traceback.map { plain($0).split(separator: "\n\t").map(String.init) }
    }

    /// Without the directory's path.
    func plain(_ text: String) -> String {
        var (rest, plain) = (Substring(text), "")
        while let first = rest.first {
            if rest.hasPrefix("\(directory.path)/") {
                rest = rest.dropFirst(directory.path.count + 1)
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        return plain
    }

    var files: [String] { machine.files.map(plain) }
}
