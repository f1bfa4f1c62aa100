/// What the daemon tells its ledger: a line each, in the form of the messages on the pipes. The end of the stream means: take
/// what the journal has, commit it, and exit.
package enum LedgerOrder: Hashable, Sendable {
    /// Say what is known of each job: `resume` for each, then `resumed`.
    case resume
    /// There is something in the journal, and the sign that nobody reads was up.
    case wake

    package func encoded() -> [UInt8] {
        switch self {
        case .resume: ResumeOrder().encoded()
        case .wake: WakeOrder().encoded()
        }
    }

    /// `line`: without its newline.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> LedgerOrder {
        let row = try MessageCoder(reading: line)
        if row.isVerb(ResumeOrder.verb) { return .resume }
        if row.isVerb(WakeOrder.verb) { return .wake }
        throw row.unknownVerb
    }
}

private struct ResumeOrder: WireMessage {
    static var verb: StaticString { "resume" }

    mutating func fields(_ row: inout MessageCoder) {}
}

private struct WakeOrder: WireMessage {
    static var verb: StaticString { "wake" }

    mutating func fields(_ row: inout MessageCoder) {}
}
