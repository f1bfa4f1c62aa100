/// Values as JSON text (RFC 8259), and JSON text as values.
///
/// Reading is strict. An integer that fits 64 bits stays one, `-0` is 0, every other number is a double, and one beyond
/// the doubles is refused. Of equal keys the last wins, at the first one's place. Half a surrogate pair becomes U+FFFD, so
/// that a text which a program of 16-bit characters has cut remains readable.
///
/// Written values have no spaces, their maps keep their order, and NaN and the infinities, for which JSON has no word,
/// are null. A double is written so that it reads back as the same double: 2 as `2.0`.
package enum JSONCoding {
    package enum Dialect {
        case standard
        /// The same with the words `NaN`, `Infinity` and `-Infinity`: every value reads back as what was written.
        case exact
        /// The same with NaN and the infinities as strings, as YAML writes them.
        case printed
    }

    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// One line, without what the text was.
        package let description: String
    }

    /// Fails if lists and maps are more than `ValueCoding.deepest` inside each other.
    package static func text(of value: Value, _ dialect: Dialect = .standard) throws(Failure) -> String {
        var writer = JSONWriter(dialect)
        try writer.append(value, depth: 0)
        return writer.text
    }

    /// What our programs print of their own values, which are not so deep.
    package static func output(_ value: Value) -> String {
        do throws(Failure) { return try text(of: value, .printed) } catch { preconditionFailure(error.description) }
    }

    package static func value(
        from bytes: UnsafeRawBufferPointer, _ dialect: Dialect = .standard
    ) throws(Failure) -> Value {
        var reader = JSONReader(bytes, dialect)
        return try reader.document()
    }

    package static func value(from bytes: [UInt8], _ dialect: Dialect = .standard) throws(Failure) -> Value {
        // A closure for `withUnsafeBytes` would have to be annotated to throw what it throws, and the answer to travel
        // through a generic parameter.
        var result: Result<Value, Failure> = .success(.null)
        bytes.withUnsafeBytes { buffer in
            do throws(Failure) {
                result = .success(try value(from: buffer, dialect))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}

extension Value {
    /// A map, as the JSON that we print has them: each name once, and few of them.
    package static func object(_ members: [(String, Value)]) -> Value { .map(Map(members)) }
}
