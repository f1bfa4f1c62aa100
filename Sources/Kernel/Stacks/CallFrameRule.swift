/// How to find a caller's registers.
struct CallFrameRule: Hashable {
    /// The frame's address is this register's value and `offset`.
    var register = 0
    var offset = Int64(0)
    /// By register, where its value is saved.
    var saved: [Int: Place] = [:]

    enum Place: Hashable {
        /// So far from the frame's address.
        case offset(Int64)
        /// Nowhere. For the return address: there is no caller.
        case lost
    }
}

/// The instructions of one function's description, which change the rule as the function goes on (DWARF 5, 6.4.2).
@safe struct CallFrameProgram {
    private let entry: CallFrameTable.Entry
    private let bytes: UnsafeRawBufferPointer
    private var rule = CallFrameRule()
    private var initial = CallFrameRule()
    private var remembered: [CallFrameRule] = []
    private var location = UInt64(0)

    /// Rules that are remembered inside each other: compilers need one.
    static let deepest = 16

    init(_ entry: CallFrameTable.Entry, _ bytes: UnsafeRawBufferPointer) {
        unsafe (self.entry, self.bytes) = (entry, bytes)
    }

    /// `nil`: the instructions are of a kind that is not for code of compilers.
    func rule(at offset: UInt64) -> CallFrameRule? {
        var program = self
        guard program.run(entry.common, until: offset) else { return nil }
        program.initial = program.rule
        program.location = 0
        return program.run(entry.own, until: offset) ? program.rule : nil
    }

    private mutating func run(_ range: Range<Int>, until target: UInt64) -> Bool {
        var reader = unsafe ByteReader(
            UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]), at: range.lowerBound)
        while !reader.isAtEnd, location <= target {
            guard let opcode = reader.next(UInt8.self) else { return false }
            guard perform(opcode, &reader) else { return false }
        }
        return true
    }

    private mutating func perform(_ opcode: UInt8, _ reader: inout ByteReader) -> Bool {
        let low = Int(opcode & 0x3F)
        switch opcode >> 6 {
        case 1: return advance(UInt64(low))
        case 2: return save(low, reader.unsigned().map(Int64.init(truncatingIfNeeded:)))
        case 3: return restore(low)
        default: return performPlain(opcode, &reader)
        }
    }

    private mutating func performPlain(_ opcode: UInt8, _ reader: inout ByteReader) -> Bool {
        switch opcode {
        case 0x00: return true
        case 0x02: return advance(reader.next(UInt8.self).map(UInt64.init))
        case 0x03: return advance(reader.next(UInt16.self).map(UInt64.init))
        case 0x04: return advance(reader.next(UInt32.self).map(UInt64.init))
        case 0x05:
            return register(&reader).map { save($0, reader.unsigned().map(Int64.init(truncatingIfNeeded:))) } ?? false
        case 0x06, 0x08: return register(&reader).map { restore($0) } ?? false
        case 0x07: return register(&reader).map { put($0, .lost) } ?? false
        case 0x0A: return remember()
        case 0x0B: return recall()
        case 0x0C: return define(register(&reader), reader.unsigned().map(Int64.init(truncatingIfNeeded:)))
        case 0x0D: return define(register(&reader), rule.offset)
        case 0x0E: return define(rule.register, reader.unsigned().map(Int64.init(truncatingIfNeeded:)))
        case 0x11: return register(&reader).map { save($0, reader.signed()) } ?? false
        case 0x12: return define(register(&reader), reader.signed().map { $0 &* entry.dataUnit })
        case 0x13: return define(rule.register, reader.signed().map { $0 &* entry.dataUnit })
        // The size of arguments, which only exceptions need.
        case 0x2E: return reader.unsigned() != nil
        default: return false
        }
    }

    private func register(_ reader: inout ByteReader) -> Int? {
        reader.unsigned().flatMap { $0 < UInt64(Registers.count) ? Int($0) : nil }
    }

    private mutating func advance(_ units: UInt64?) -> Bool {
        guard let units else { return false }
        location = location &+ units &* entry.codeUnit
        return true
    }

    private mutating func save(_ register: Int, _ units: Int64?) -> Bool {
        guard let units else { return false }
        return put(register, .offset(units &* entry.dataUnit))
    }

    private mutating func put(_ register: Int, _ place: CallFrameRule.Place) -> Bool {
        guard register < Registers.count else { return false }
        rule.saved[register] = place
        return true
    }

    private mutating func restore(_ register: Int) -> Bool {
        rule.saved[register] = initial.saved[register]
        return true
    }

    private mutating func remember() -> Bool {
        guard remembered.count < Self.deepest else { return false }
        remembered.append(rule)
        return true
    }

    private mutating func recall() -> Bool {
        guard let last = remembered.popLast() else { return false }
        rule = last
        return true
    }

    private mutating func define(_ register: Int?, _ offset: Int64?) -> Bool {
        guard let register, let offset else { return false }
        (rule.register, rule.offset) = (register, offset)
        return true
    }
}
