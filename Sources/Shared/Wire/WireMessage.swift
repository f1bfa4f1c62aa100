/// A message: a verb with its fields. Those that go one way through a pipe are together in an enum, such as `Report`.
package protocol WireMessage {
    static var verb: StaticString { get }
    /// What both sides must have agreed on; `nil`: every program speaks it.
    static var feature: Feature? { get }
    /// An empty one, for reading to fill.
    init()
    /// The table of the fields, which is both written and read by.
    mutating func fields(_ row: inout MessageCoder)
}

extension WireMessage {
    package static var feature: Feature? { nil }

    /// The message's bytes, with the newline; at most `WireFormat.longestMessage`.
    @inlinable
    package func encoded() -> [UInt8] {
        var message = self
        var row = MessageCoder(writing: Self.verb)
        message.fields(&row)
        return row.finish()
    }

    /// `nil`: it is a message of another verb. Fields that are not known are ignored, so that a newer program may say more.
    @inlinable
    package init?(_ row: inout MessageCoder) throws(WireError) {
        guard row.isVerb(Self.verb) else { return nil }
        self.init()
        fields(&row)
        try row.check(Self.feature)
    }

    /// `line`: without its newline.
    @inlinable
    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> Self {
        var row = try MessageCoder(reading: line)
        guard let message = try Self(&row) else { throw row.unknownVerb }
        return message
    }
}
