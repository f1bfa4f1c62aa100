/// Takes an archive in the ustar format apart, and holds it against the standard while it does.
struct TarReader {
    struct Member: Hashable {
        var name: String
        var contents: [UInt8]
        var modified: Int
    }

    struct Failure: Error {
        let what: String
        let offset: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    static func members(of archive: [UInt8]) throws(Failure) -> [Member] {
        var reader = TarReader(bytes: archive)
        var members: [Member] = []
        while let member = try reader.next() { members.append(member) }
        return members
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func failure(_ what: String) -> Failure { Failure(what: what, offset: position) }

    private mutating func next() throws(Failure) -> Member? {
        guard position + 1_024 <= bytes.count, bytes.count % 512 == 0 else { throw failure("cut short") }
        let header = bytes[position..<position + 512]
        if header.allSatisfy({ $0 == 0 }) {
            guard bytes[position...].allSatisfy({ $0 == 0 }), bytes.count - position == 1_024 else {
                throw failure("no end of two blocks")
            }
            return nil
        }
        try check(header)
        let size = try octal(124..<136)
        let start = position + 512
        let end = start + (size + 511) / 512 * 512
        guard end <= bytes.count, bytes[start + size..<end].allSatisfy({ $0 == 0 }) else {
            throw failure("bad padding")
        }
        let member = Member(
            name: text(0..<100), contents: Array(bytes[start..<start + size]), modified: try octal(136..<148))
        position = end
        return member
    }

    private func check(_ header: ArraySlice<UInt8>) throws(Failure) {
        guard text(257..<263) == "ustar", text(263..<265) == "00", text(156..<157) == "0" else {
            throw failure("no regular file in ustar format")
        }
        var sum = 8 * 0x20
        for (offset, byte) in header.enumerated() where !(148..<156).contains(offset) { sum += Int(byte) }
        guard try octal(148..<156) == sum else { throw failure("wrong checksum") }
        guard try octal(100..<108) == 0o600 else { throw failure("readable for others") }
    }

    private func field(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[position + range.lowerBound..<position + range.upperBound]
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: field(range).prefix { $0 != 0 }, as: UTF8.self)
    }

    private func octal(_ range: Range<Int>) throws(Failure) -> Int {
        let digits = field(range).prefix { $0 != 0 && $0 != 0x20 }
        guard digits.count < range.count, let number = Int(String(decoding: digits, as: UTF8.self), radix: 8) else {
            throw failure("no octal number")
        }
        return number
    }
}
