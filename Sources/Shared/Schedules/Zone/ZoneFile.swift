/// A compiled zone file (tzfile(5), RFC 9636).
package enum ZoneFile {
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case notAZoneFile
        case truncated
        case damaged(String)
        case countsLeapSeconds

        package var description: String {
            switch self {
            case .notAZoneFile: "is no zone file; expected it to begin with 'TZif'"
            case .truncated: "is cut off in the middle"
            case .damaged(let what): "is damaged: \(what)"
            case .countsLeapSeconds:
                "counts leap seconds, which the system's clock does not; expected a zone without 'right/'"
            }
        }
    }

    /// Reads the 64-bit data of version 2 and later, or the 32-bit data of the first version.
    package static func rules(_ bytes: [UInt8]) throws(Failure) -> ZoneRules {
        var reader = Reader(bytes)
        let first = try reader.takeHeader()
        guard first.version >= 2 else { return try reader.takeBody(first, timeSize: 4, footer: nil) }
        try reader.skip(first.bodySize(timeSize: 4))
        let header = try reader.takeHeader()
        let footer = try reader.footer(behind: header.bodySize(timeSize: 8))
        return try reader.takeBody(header, timeSize: 8, footer: footer)
    }

    /// What the zone is called at a moment, in seconds since 1970, such as CEST or +03.
    package static func name(in bytes: [UInt8], at instant: Int64) throws(Failure) -> String {
        let rules = try rules(bytes)
        var reader = Reader(bytes)
        var (header, timeSize) = (try reader.takeHeader(), 4)
        if header.version >= 2 {
            try reader.skip(header.bodySize(timeSize: 4))
            (header, timeSize) = (try reader.takeHeader(), 8)
            let text = try reader.footerText(behind: header.bodySize(timeSize: 8))
            if instant >= rules.tableEnd, let name = ZoneFooter.name(text, at: instant) { return name }
        }
        return try reader.takeName(header, timeSize: timeSize, at: instant)
    }

    /// Past these, sums with offsets could overflow. -2^59 is the beginning of time in some files (RFC 9636).
    private static let plausibleTimes: ClosedRange<Int64> = (-1 << 59)...(1 << 59)

    private static func isPlausible(offset: Int64) -> Bool { offset > -26 * 3_600 && offset < 26 * 3_600 }

    /// What holds for the rules of every file that was read.
    static func areSound(_ transitions: [Int64], _ offsets: [Int64]) -> Bool {
        for index in transitions.indices.dropFirst() where transitions[index - 1] >= transitions[index] { return false }
        return transitions.allSatisfy { plausibleTimes ~= $0 } && offsets.allSatisfy(isPlausible)
    }

    private struct Header {
        var version: Int
        var utcIndicators, standardIndicators, leapSeconds, transitions, types, nameBytes: Int

        func bodySize(timeSize: Int) -> Int {
            transitions * (timeSize + 1) + types * 6 + nameBytes + leapSeconds * (timeSize + 4) + standardIndicators
                + utcIndicators
        }
    }

    private struct Reader {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func skip(_ count: Int) throws(Failure) {
            guard count <= bytes.count - position else { throw .truncated }
            position += count
        }

        mutating func takeHeader() throws(Failure) -> Header {
            guard bytes[position...].starts(with: "TZif".utf8) else { throw .notAZoneFile }
            guard bytes.count - position >= 44 else { throw .truncated }
            // The first version has a NUL for its number.
            let version = max(1, Int(bytes[position + 4]) - Int(UInt8(ascii: "0")))
            position += 20
            var counts: [Int] = []
            for _ in 0..<6 { counts.append(Int(takeInteger(4) & 0xFFFF_FFFF)) }
            guard counts.allSatisfy({ $0 <= 1 << 20 }) else { throw .damaged("a count is out of range") }
            return Header(
                version: version, utcIndicators: counts[0], standardIndicators: counts[1], leapSeconds: counts[2],
                transitions: counts[3], types: counts[4], nameBytes: counts[5])
        }

        /// Big-endian, in two's complement. There must be as many bytes.
        private mutating func takeInteger(_ size: Int) -> Int64 {
            var value = Int64(Int8(bitPattern: bytes[position]))
            for offset in 1..<size { value = value << 8 | Int64(bytes[position + offset]) }
            position += size
            return value
        }

        mutating func takeBody(
            _ header: Header, timeSize: Int, footer: ZoneFooter?
        ) throws(Failure) -> ZoneRules {
            guard header.bodySize(timeSize: timeSize) <= bytes.count - position else { throw .truncated }
            guard header.leapSeconds == 0 else { throw .countsLeapSeconds }
            guard header.types > 0 else { throw .damaged("it has no type of local time") }
            var times: [Int64] = []
            for _ in 0..<header.transitions { times.append(takeInteger(timeSize)) }
            for (earlier, later) in zip(times, times.dropFirst()) where earlier >= later {
                throw .damaged("its transitions are out of order")
            }
            guard times.allSatisfy({ plausibleTimes ~= $0 }) else {
                throw .damaged("a transition is out of range")
            }
            let types = bytes[position..<position + header.transitions]
            position += header.transitions
            var offsets: [Int64] = []
            for _ in 0..<header.types {
                offsets.append(takeInteger(4))
                // Whether it is daylight-saving time, and its name.
                position += 2
            }
            guard types.allSatisfy({ Int($0) < offsets.count }), offsets.allSatisfy(isPlausible) else {
                throw .damaged("a type of local time is out of range")
            }
            return ZoneRules(
                transitions: times, offsets: [offsets[0]] + types.map { offsets[Int($0)] }, footer: footer)
        }

        /// Of the type that holds at the moment. What `takeBody` has refused does not come here.
        mutating func takeName(_ header: Header, timeSize: Int, at instant: Int64) throws(Failure) -> String {
            var passed = 0
            for index in 0..<header.transitions where takeInteger(timeSize) <= instant { passed = index + 1 }
            let type = passed == 0 ? 0 : Int(bytes[position + passed - 1])
            let types = position + header.transitions
            let names = types + header.types * 6
            let first = Int(bytes[types + type * 6 + 5])
            guard first < header.nameBytes else { throw .damaged("a name is out of range") }
            let rest = bytes[(names + first)..<(names + header.nameBytes)]
            return String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
        }

        /// The text between two newlines after the body; none if it is empty.
        func footer(behind bodySize: Int) throws(Failure) -> ZoneFooter? {
            let text = try footerText(behind: bodySize)
            guard !text.isEmpty else { return nil }
            guard let footer = ZoneFooter(text) else {
                throw .damaged("its footer '\(String(decoding: text, as: UTF8.self))' is no rule of POSIX")
            }
            return footer
        }

        func footerText(behind bodySize: Int) throws(Failure) -> ArraySlice<UInt8> {
            guard bodySize < bytes.count - position else { throw .truncated }
            let rest = bytes[(position + bodySize)...]
            guard rest.first == UInt8(ascii: "\n"), let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\n")) else {
                throw .damaged("its footer is not a line")
            }
            return rest[(rest.startIndex + 1)..<end]
        }
    }
}
