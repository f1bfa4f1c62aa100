import Foundation
import Synchronization
import Values

@testable import Registry

/// Python's `jsonschema`, in a process that lives as long as the tests.
final class SchemaValidator: Sendable {
    /// `nil`: there is none on this machine.
    static let shared = SchemaValidator()

    private struct Pipes: @unchecked Sendable {
        let input: FileHandle
        let output: FileHandle
        var rest = Data()

        mutating func line() -> String? {
            while true {
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { rest = rest[(end + 1)...] }
                    return String(decoding: rest[..<end], as: UTF8.self)
                }
                let more = output.availableData
                if more.isEmpty { return nil }
                rest += more
            }
        }
    }

    private let pipes: Mutex<Pipes>

    private init?() {
        let directory = #filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.startIndex)
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["\(directory)/validate.py"]
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return nil }
        var pipes = Pipes(input: input.fileHandleForWriting, output: output.fileHandleForReading)
        let schema = JSONCoding.output(RegistrySchema.document) + "\n"
        guard (try? pipes.input.write(contentsOf: Data(schema.utf8))) != nil, pipes.line() == "ready" else {
            return nil
        }
        self.pipes = Mutex(pipes)
    }

    /// What is wrong with a file; empty: nothing.
    func complaint(about file: Value) -> String {
        pipes.withLock { pipes in
            let line = Data((JSONCoding.output(file) + "\n").utf8)
            guard (try? pipes.input.write(contentsOf: line)) != nil else { return "the validator has ended" }
            return pipes.line() ?? "the validator has ended"
        }
    }
}

extension RegistryLoad {
    /// What the files mean that are registry files, as far as they can be read.
    var fileValues: [Value] {
        positions.sources.compactMap { source in
            var issues = FileDiagnostics(source: source, limit: 1)
            var names = NameTable()
            return Document.read(&issues, limits: limits).root.map { names.value(of: $0) }
        }
    }
}
