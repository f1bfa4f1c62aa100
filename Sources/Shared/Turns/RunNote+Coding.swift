import Clocks
import Model
import Values

/// A note as bytes: words of 64 bits, the least byte first, and the text at the end. It is written whole, and its checksum says
/// whether it was read whole.
///
/// | words    | what they say                                             |
/// |----------|-----------------------------------------------------------|
/// | 0, 1     | the format's number, the checksum of all after it         |
/// | 2 to 7   | epoch, `ok`, `failed`, `skipped`, last run ended, accounted |
/// | 8        | a bit for each that is there, or is so                    |
/// | 9 to 14  | the run that has begun last                               |
/// | 15 to 23 | the run that has ended last, and its text's bytes         |
extension RunNote {
    /// In bytes.
    package static var size: Int { NoteWords.size }
    static var longestText: Int { 200 }

    private static var format: UInt64 { 0x4352_4F4E_4E4F_5401 }

    package func encoded() -> [UInt8] {
        var words = NoteWords()
        words[2] = epoch
        words.put(3, tally.ok)
        words.put(4, tally.failed)
        words.put(5, tally.skipped)
        words.put(6, tally.lastEnded)
        words.put(7, accounted.nanoseconds)
        words[8] = flags
        if let begun { words.put(begun) }
        if let ended { words.put(ended) }
        words[0] = Self.format
        words[1] = StableHash.of(words.bytes, from: 16)
        return words.bytes
    }

    private var flags: UInt64 {
        var flags = UInt64(0)
        func set(_ flag: UInt64, if isSet: Bool) { if isSet { flags |= flag } }
        set(Flag.begun, if: begun != nil)
        set(Flag.begunSlot, if: begun?.run.slot != nil)
        set(Flag.begunCall, if: begun?.run.call != nil)
        set(Flag.ended, if: ended != nil)
        set(Flag.endedSlot, if: ended?.run.slot != nil)
        set(Flag.endedCall, if: ended?.run.call != nil)
        set(Flag.isOk, if: ended?.outcome.isOk ?? false)
        set(Flag.code, if: ended?.end.code != nil)
        set(Flag.isFinal, if: ended?.end.isFinal ?? false)
        set(Flag.isCut, if: ended?.end.fullLength != nil)
        return flags
    }

    /// `nil`: the bytes are no whole note.
    package init?(bytes: [UInt8]) {
        guard let words = NoteWords(bytes), words[0] == Self.format, words[1] == StableHash.of(bytes, from: 16) else {
            return nil
        }
        epoch = words[2]
        (tally.ok, tally.failed) = (words.number(3), words.number(4))
        (tally.skipped, tally.lastEnded) = (words.number(5), words.number(6))
        accounted = SlotInstant(nanoseconds: words.number(7))
        let flags = words[8]
        if flags & Flag.begun != 0 {
            begun = Begun(
                run: words.run(at: 9, flags & Flag.begunSlot != 0, flags & Flag.begunCall != 0),
                at: MonotonicInstant(nanoseconds: words.number(14)))
        }
        if flags & Flag.ended != 0 {
            guard let ended = Ended(words, flags) else { return nil }
            self.ended = ended
        }
        guard isSane else { return nil }
    }

    /// Workers are not believed: no number is one that another cannot be added to.
    private var isSane: Bool {
        let slots = [accounted, begun?.run.slot, ended?.run.slot].compactMap(\.self)
        let numbers = [begun?.run.number, ended?.run.number, begun?.run.attempt, ended?.run.attempt].compactMap(\.self)
        let calls = [begun?.run.call, ended?.run.call].compactMap(\.self)
        guard calls.allSatisfy({ -(1 << 53)...(1 << 53) ~= $0 }) else { return false }
        return slots.allSatisfy { -(1 << 62)...(1 << 62) ~= $0.nanoseconds }
            && numbers.allSatisfy { 0..<(1 << 53) ~= $0 }
    }
}

private enum Flag {
    static var begun: UInt64 { 1 << 0 }
    static var begunSlot: UInt64 { 1 << 1 }
    static var begunCall: UInt64 { 1 << 2 }
    static var ended: UInt64 { 1 << 3 }
    static var endedSlot: UInt64 { 1 << 4 }
    static var endedCall: UInt64 { 1 << 5 }
    static var isOk: UInt64 { 1 << 6 }
    static var code: UInt64 { 1 << 7 }
    static var isFinal: UInt64 { 1 << 8 }
    static var isCut: UInt64 { 1 << 9 }
}

extension NoteWords {
    fileprivate mutating func put(_ run: RunNote.Run, at index: Int) {
        put(index, run.number)
        put(index + 1, run.slot?.nanoseconds ?? 0)
        put(index + 2, run.call ?? 0)
        put(index + 3, run.attempt)
        put(index + 4, run.lateness.count)
    }

    fileprivate func run(at index: Int, _ hasSlot: Bool, _ hasCall: Bool) -> RunNote.Run {
        RunNote.Run(
            number: number(index), slot: hasSlot ? SlotInstant(nanoseconds: number(index + 1)) : nil,
            call: hasCall ? number(index + 2) : nil, attempt: number(index + 3),
            lateness: Nanoseconds(number(index + 4)))
    }

    fileprivate mutating func put(_ begun: RunNote.Begun) {
        put(begun.run, at: 9)
        put(14, begun.at.nanoseconds)
    }

    fileprivate mutating func put(_ ended: RunNote.Ended) {
        put(ended.run, at: 15)
        put(20, ended.duration.count)
        put(21, ended.end.code ?? 0)
        put(22, ended.end.fullLength ?? 0)
        put(23, Int64(ended.end.text.utf8.count))
        put(text: ended.end.text, at: 24)
    }
}

extension RunNote.Ended {
    /// `nil`: the text is none.
    fileprivate init?(_ words: NoteWords, _ flags: UInt64) {
        let length = Int(clamping: words.number(23))
        guard 0...RunNote.longestText ~= length, let text = words.text(at: 24, length) else { return nil }
        self.init(
            run: words.run(at: 15, flags & Flag.endedSlot != 0, flags & Flag.endedCall != 0),
            duration: Nanoseconds(words.number(20)), outcome: flags & Flag.isOk == 0 ? .failed : .ok,
            end: Booking.Run.End(
                text: text, fullLength: flags & Flag.isCut == 0 ? nil : words.number(22),
                code: flags & Flag.code == 0 ? nil : words.number(21), isFinal: flags & Flag.isFinal != 0))
    }
}
