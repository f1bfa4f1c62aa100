package import Values

/// Files of source code as bytes that several processes share:
///
///     (path as a string, length, bytes)…, numbers and strings as `ValueCoding` has them
package struct SourceTexts: Sendable {
    private var texts: [(path: String, bytes: [UInt8])] = []
    /// Of what `encoded` returns.
    package private(set) var size = 0

    package init() {}

    package mutating func add(_ bytes: [UInt8], of path: String) {
        texts.append((path, bytes))
        size += ValueCoding.size(of: path) + 4 + bytes.count
    }

    package func encoded() -> [UInt8] {
        ValueWriter.bytes(size: size) { writer in
            for (path, bytes) in texts {
                writer.append(text: path)
                writer.append(count: bytes.count)
                bytes.withUnsafeBytes { writer.append(bytes: $0) }
            }
        }
    }

    /// `nil`: the file is none of them.
    package static func text(of path: String, in bytes: UnsafeRawBufferPointer) throws(ValueCoding.Failure) -> [UInt8]?
    {
        var reader = ValueReader(bytes)
        while !reader.isAtEnd {
            let isIt = try reader.compareText(to: path) == 0
            let text = try reader.block()
            if isIt { return Array(text) }
        }
        return nil
    }
}
