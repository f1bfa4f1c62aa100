import Crontabs
package import Model
package import Registry
import Values

/// The files that a load has accepted, but for those with secrets: the registry's, crontabs that it names, and files of Lua. Each has
/// the path that it was read at.
package struct AcceptedRegistry: Sendable {
    package typealias Crontabs = [CrontabFileSource.Request: CrontabFileSource.Reading]

    /// As it was given. Another way to write it would lead to files by other paths.
    package let path: String
    package var files: [RegistryFile]
    package var crontabs: Crontabs
    package var texts: SourceTexts

    package init(_ path: String, files: [RegistryFile], crontabs: Crontabs, texts: SourceTexts = .init()) {
        self.path = path
        (self.files, self.crontabs, self.texts) = (files, crontabs, texts)
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    // MARK: As bytes

    /// As numbers and texts of `ValueCoding`. The same files are the same bytes.
    package func encoded() -> [UInt8] {
        var bytes = Bytes()
        bytes.add(path)
        bytes.add(files.count)
        for file in files {
            bytes.add(file.path)
            bytes.add(file.isNamed ? 1 : 0)
            bytes.add(file.bytes)
        }
        bytes.add(crontabs.count)
        for (request, reading) in crontabs.sorted(by: { Self.place($0.key) < Self.place($1.key) }) {
            bytes.add(request)
            bytes.add(reading)
        }
        bytes.add(texts.encoded())
        return bytes.bytes
    }

    private static func place(_ request: CrontabFileSource.Request) -> (String, Int, String) {
        (request.path, request.isSystem.map { $0 ? 1 : 2 } ?? 0, request.owner ?? "")
    }

    package init(decoding bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { bytes in
            var reader = ValueReader(bytes)
            let path = try reader.text()
            let files = try Self.list(&reader) { reader in
                let (path, isNamed) = (try reader.text(), try reader.number() == 1)
                return RegistryFile(path: path, bytes: Array(try reader.block()), isNamed: isNamed)
            }
            let crontabs = try Self.list(&reader) { (try Self.request(&$0), try Self.reading(&$0)) }
            let texts = try Self.texts(try reader.block())
            guard reader.isAtEnd else { throw Failure(description: "something follows its end") }
            return AcceptedRegistry(
                path, files: files, crontabs: Dictionary(crontabs) { first, _ in first }, texts: texts)
        }
    }

    private static func list<Element>(
        _ reader: inout ValueReader, _ read: (inout ValueReader) throws -> Element
    ) throws -> [Element] {
        let count = try reader.count()
        return try (0..<count).map { _ in try read(&reader) }
    }

    private static func request(_ reader: inout ValueReader) throws -> CrontabFileSource.Request {
        let (path, format) = (try reader.text(), try reader.number())
        let owner = try reader.text()
        return .init(path: path, isSystem: format == 0 ? nil : format == 1, owner: owner.isEmpty ? nil : owner)
    }

    private static func reading(_ reader: inout ValueReader) throws -> CrontabFileSource.Reading {
        let files = try list(&reader) { reader in
            let (path, place, isSystem) = (try reader.text(), try reader.text(), try reader.number() == 1)
            let owner = try reader.text()
            return CrontabFile(
                path: path, bytes: Array(try reader.block()), isSystem: isSystem, owner: owner.isEmpty ? nil : owner,
                place: place)
        }
        return .init(files: files, notes: try list(&reader) { try $0.text() })
    }

    private static func texts(_ bytes: UnsafeRawBufferPointer) throws -> SourceTexts {
        var (reader, texts) = (ValueReader(bytes), SourceTexts())
        while !reader.isAtEnd {
            let path = try reader.text()
            texts.add(Array(try reader.block()), of: path)
        }
        return texts
    }
}

private struct Bytes {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: Int) { withUnsafeBytes(of: UInt32(number).littleEndian) { bytes += $0 } }

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    mutating func add(_ block: [UInt8]) {
        add(block.count)
        bytes += block
    }

    mutating func add(_ request: CrontabFileSource.Request) {
        add(request.path)
        add(request.isSystem.map { $0 ? 1 : 2 } ?? 0)
        add(request.owner ?? "")
    }

    mutating func add(_ reading: CrontabFileSource.Reading) {
        add(reading.files.count)
        for file in reading.files {
            add(file.path)
            add(file.place)
            add(file.isSystem ? 1 : 0)
            add(file.owner ?? "")
            add(file.bytes)
        }
        add(reading.notes.count)
        for note in reading.notes { add(note) }
    }
}
