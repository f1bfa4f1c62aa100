package import Clocks
package import Values

/// Writes the fields of a message, or reads them. The table of a message is a list of calls of these functions, a field each,
/// and is run for both: so what is written is what is read.
///
/// A field without which the message makes no sense is held in a variable that is no optional, and has no `absent`.
package struct MessageCoder: ~Copyable {
    private var reader: MessageReader
    private var writer: MessageWriter
    private let isReading: Bool
    private let agreed: Features
    /// The first field that is malformed, and the first that is missing.
    private var failure: WireError?
    private var missing: StaticString?
    /// The fields that the table has asked for; `nil`: nobody wants to know.
    private var known: [StaticString]?

    package init(writing verb: StaticString) {
        reader = MessageReader()
        (writer, isReading, agreed) = (MessageWriter(verb), false, .none)
    }

    /// `line`: a message without its newline.
    package init(reading line: UnsafeRawBufferPointer, agreed: Features = .all) throws(WireError) {
        reader = try MessageReader(line)
        (writer, isReading, self.agreed) = (MessageWriter(), true, agreed)
    }

    /// From now on it is noted which fields there are, so that `unknownField` can tell.
    package mutating func noteFields() { known = [] }

    /// The first field of the message that its table does not have.
    package var unknownField: String? {
        guard let known else { return nil }
        let index = (0..<reader.count).first { index in !known.contains { reader[index].isNamed($0) } }
        return index.map { reader[$0].name }
    }

    package consuming func finish() -> [UInt8] { writer.finish() }

    @inline(__always)
    package func isVerb(_ verb: StaticString) -> Bool { reader.isVerb(verb) }

    package var verb: String { reader.verb }

    package var unknownVerb: WireError { .unknownVerb(verb) }

    /// Whether all that was read is right.
    @inline(__always)
    package func check(_ feature: Feature?) throws(WireError) {
        if let feature, !agreed.include(feature) { throw .notAgreed(feature, verb: reader.verb) }
        if let failure { throw failure }
        if let missing { throw .missingField("\(missing)", verb: reader.verb) }
    }

    /// What the table of a message finds wrong.
    package mutating func fail(_ error: WireError) { failure = failure ?? error }

    package mutating func fail(_ key: StaticString, expected: String) { fail(.badField("\(key)", expected: expected)) }

    private mutating func field(_ key: StaticString, isRequired: Bool) -> MessageReader.Field? {
        known?.append(key)
        let field = reader.field(key)
        if field == nil, isRequired, missing == nil { missing = key }
        return field
    }

    /// Which protocol is spoken, and with which features.
    mutating func version(_ features: inout Features) {
        var version = WireFormat.version
        integer("protocol", &version)
        if version != WireFormat.version { fail(.unsupportedVersion(version)) }
        var names = features.names
        text("features", &names, absent: "")
        features = Features(names: names)
    }

    // MARK: Numbers

    /// `nil` stands for no field.
    private mutating func number(
        _ key: StaticString, _ value: Int64?, _ least: Int64, _ most: Int64 = .max, isRequired: Bool
    ) -> Int64? {
        guard isReading else {
            if let value { writer.field(key, value) }
            return value
        }
        guard let field = field(key, isRequired: isRequired) else { return nil }
        guard let number = field.integer else {
            fail(key, expected: "an integer")
            return nil
        }
        if number >= least, number <= most { return number }
        fail(key, expected: number > most ? "a number of at most \(most)" : "a number of \(least) or more")
        return nil
    }

    package mutating func integer(_ key: StaticString, _ value: inout Int64?, least: Int64 = .min) {
        value = number(key, value, least, isRequired: false)
    }

    /// `absent`: what an empty message has, and is left out.
    package mutating func integer(
        _ key: StaticString, _ value: inout Int64, least: Int64 = .min, most: Int64 = .max, absent: Int64? = nil
    ) {
        value = number(key, value == absent ? nil : value, least, most, isRequired: absent == nil) ?? value
    }

    /// Slots may lie before the boot: an interval goes on over it.
    package static let earliestSlot = -(Int64(1) << 62)

    package mutating func moment(
        _ key: StaticString, _ value: inout SlotInstant?, least: Int64 = Self.earliestSlot
    ) {
        value = number(key, value?.nanoseconds, least, isRequired: false).map { SlotInstant(nanoseconds: $0) }
    }

    package mutating func moment(
        _ key: StaticString, _ value: inout SlotInstant, least: Int64 = Self.earliestSlot, absent: SlotInstant? = nil
    ) {
        integer(key, &value.nanoseconds, least: least, absent: absent?.nanoseconds)
    }

    package mutating func nanoseconds(_ key: StaticString, _ value: inout Nanoseconds?, least: Int64 = 0) {
        value = number(key, value?.count, least, isRequired: false).map { Nanoseconds($0) }
    }

    package mutating func nanoseconds(_ key: StaticString, _ value: inout Nanoseconds, absent: Nanoseconds? = nil) {
        integer(key, &value.count, least: 0, absent: absent?.count)
    }

    package mutating func microseconds(_ key: StaticString, _ value: inout Nanoseconds) {
        guard let count = number(key, value.wholeMicroseconds, 0, .max / 1_000, isRequired: true), isReading else {
            return
        }
        value = Nanoseconds(count * 1_000)
    }

    // MARK: Texts

    /// `nil` stands for no field. Returns what was read.
    package mutating func string(
        _ key: StaticString, _ value: String?, isRequired: Bool, isWhole: Bool = true
    ) -> String? {
        guard isReading else {
            if let value { writer.field(key, value[...], isWhole: isWhole) }
            return nil
        }
        guard let field = field(key, isRequired: isRequired) else { return nil }
        do throws(WireError) { return try field.text() } catch { fail(error) }
        return nil
    }

    package mutating func text(_ key: StaticString, _ value: inout String?) {
        let text = string(key, value, isRequired: false)
        if isReading { value = text }
    }

    /// `absent`: what an empty message has, and is left out.
    package mutating func text(_ key: StaticString, _ value: inout String, absent: String? = nil) {
        value = string(key, value == absent ? nil : value, isRequired: absent == nil) ?? value
    }

    /// A text of any length. What does not fit is cut off at a character's boundary, and `length` then states how many bytes
    /// it had. `reserve` bytes are left free for fields that follow.
    package mutating func longText(
        _ key: StaticString, _ value: inout String, length: inout Int64?, reserve: Int = 0
    ) {
        if !isReading, length == nil {
            let lengthField = " length=".utf8.count + 20
            if writer.field(key, value[...], reserve: reserve + lengthField).isEmpty { return }
            return writer.field("length", Int64(value.utf8.count))
        }
        integer("length", &length, least: 0)
        value = string(key, value, isRequired: true, isWhole: false) ?? value
    }

    package mutating func entry(_ key: StaticString, _ value: inout EntryID) {
        guard let text = string(key, value.description, isRequired: true) else { return }
        if let entry = EntryID(text) { value = entry } else { fail(key, expected: "namespace:name") }
    }

    /// One of a few words.
    @inlinable
    package mutating func word<Word: RawRepresentable>(
        _ key: StaticString, _ value: inout Word, expected: String
    ) where Word.RawValue == String {
        guard let text = string(key, value.rawValue, isRequired: true) else { return }
        if let word = Word(rawValue: text) { value = word } else { fail(key, expected: expected) }
    }

    /// One of two words.
    package mutating func either(
        _ key: StaticString, _ first: StaticString, _ second: StaticString, isFirst: inout Bool
    ) {
        if !isReading { writer.field(key, "\(isFirst ? first : second)"[...]) }
        guard isReading, let field = field(key, isRequired: true) else { return }
        isFirst = field.isValue(first)
        if !isFirst, !field.isValue(second) { fail(key, expected: "\(first) or \(second)") }
    }

    /// The field is there, with this word, or it is not.
    package mutating func flag(_ key: StaticString, _ value: inout Bool, _ word: String = "true") {
        guard let text = string(key, value ? word : nil, isRequired: false) else { return }
        value = true
        if text != word { fail(key, expected: word) }
    }

    /// Names and values, any number of them. A pair that does not fit is left out whole, and counted: half a value would be a
    /// wrong value.
    package mutating func pairs(
        _ key: StaticString, _ value: StaticString, _ pairs: inout [TextPair], leftOut: StaticString,
        _ count: inout Int64
    ) {
        if isReading { pairs = readPairs(key, value) } else { count += writePairs(key, value, pairs, reserve: leftOut) }
        integer(leftOut, &count, least: 0, absent: 0)
    }

    /// Returns how many did not fit. `reserve`: the field that states it.
    private mutating func writePairs(
        _ key: StaticString, _ value: StaticString, _ pairs: [TextPair], reserve: StaticString
    ) -> Int64 {
        var leftOut = Int64(0)
        // ` key=` and a number.
        let reserved = reserve.utf8CodeUnitCount + 22
        for pair in pairs {
            let worstCase = (pair.key.utf8.count + pair.value.utf8.count) * 4 + " key=\"\" value=\"\"".utf8.count
            guard worstCase + reserved < writer.room else {
                leftOut += 1
                continue
            }
            writer.field(key, pair.key[...])
            writer.field(value, pair.value[...])
        }
        return leftOut
    }

    /// Each value belongs to the key before it.
    private mutating func readPairs(_ key: StaticString, _ value: StaticString) -> [TextPair] {
        var (pairs, name) = ([TextPair](), String?.none)
        do throws(WireError) {
            for index in 0..<reader.count {
                let field = reader[index]
                if field.isNamed(key) {
                    name = try field.text()
                } else if field.isNamed(value), let key = name {
                    pairs.append(TextPair(key: key, value: try field.text()))
                    name = nil
                }
            }
        } catch { fail(error) }
        return pairs
    }
}

/// A name with its value.
package struct TextPair: Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) { (self.key, self.value) = (key, value) }
}
