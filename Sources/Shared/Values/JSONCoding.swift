/// Values as JSON text (RFC 8259), and JSON text as values.
///
/// Reading is strict. An integer that fits 64 bits stays one, `-0` is 0, every other number is a double, and one beyond
/// the doubles is refused. Of equal keys the last wins, at the first one's place. Half a surrogate pair becomes U+FFFD, so
/// that a text which a program of 16-bit characters has cut remains readable.
///
/// Written values have no spaces, their maps keep their order, and NaN and the infinities, for which JSON has no word,
/// are null. A double is written so that it reads back as the same double: 2 as `2.0`.
package enum JSONCoding {
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// One line, without what the text was.
        package let description: String
    }

    /// Fails if lists and maps are more than `ValueCoding.deepest` inside each other.
    package static func text(of value: Value) throws(Failure) -> String {
        var writer = JSONWriter()
        try writer.append(value, depth: 0)
        return writer.text
    }

    /// What our programs print of their own values, which are not so deep: as `text`, but NaN and the infinities are
    /// strings, as YAML writes them.
    package static func output(_ value: Value) -> String {
        var writer = JSONWriter()
        writer.namesAllDoubles = true
        do throws(Failure) { try writer.append(value, depth: 0) } catch { preconditionFailure(error.description) }
        return writer.text
    }

    package static func value(from bytes: UnsafeRawBufferPointer) throws(Failure) -> Value {
        var reader = JSONReader(bytes)
        return try reader.document()
    }

    package static func value(from bytes: [UInt8]) throws(Failure) -> Value {
        // A closure for `withUnsafeBytes` would have to be annotated to throw what it throws, and the answer to travel
        // through a generic parameter.
        var result: Result<Value, Failure> = .success(.null)
        bytes.withUnsafeBytes { buffer in
            do throws(Failure) { result = .success(try value(from: buffer)) } catch { result = .failure(error) }
        }
        return try result.get()
    }
}

extension Value {
    /// A map, as the JSON that we print has them: each name once, and few of them.
    package static func object(_ members: [(String, Value)]) -> Value { .map(Map(members)) }
}
