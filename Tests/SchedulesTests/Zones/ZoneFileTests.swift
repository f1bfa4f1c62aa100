import Schedules
import TestSupport
import Testing

@Suite("A zone file")
struct ZoneFileTests {
    /// Of Riga: an empty part of the first version, then the second.
    private static let riga = Recording.bytes(base64: RecordedZone.files["Europe/Riga"] ?? "")

    private func failure(_ bytes: [UInt8]) -> ZoneFile.Failure? {
        do throws(ZoneFile.Failure) {
            _ = try ZoneFile.rules(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("of the first version has 32 bits a time, and no footer")
    func firstVersion() throws {
        // Two transitions: to +1 h at 0, to +2 h at 256 s; before the first, the first type, +0 h.
        let rules = try ZoneFile.rules(
            Self.header(version: 0, leaps: 0, transitions: 2, types: 3) + Self.body(second: 256))
        #expect(rules.segment(at: -1).offset == 0)
        #expect(rules.segment(at: 0) == rules.segment(at: 255))
        #expect(rules.segment(at: 255).offset == 3_600)
        #expect(rules.segment(at: 4_000_000_000).offset == 7_200)
        #expect(rules.segment(at: 4_000_000_000).end == .max)
    }

    @Test("that is cut off anywhere is refused")
    func truncated() {
        for count in 0..<Self.riga.count - 1 {
            #expect(failure(Array(Self.riga.prefix(count))) != nil, "\(count) of \(Self.riga.count) bytes")
        }
        #expect(failure(Self.riga) == nil)
    }

    @Test("with any byte changed is read or refused, and asked for without a trap")
    func damaged() {
        var generator = SeededGenerator(seed: 11)
        for index in Self.riga.indices {
            var bytes = Self.riga
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
            guard let rules = try? ZoneFile.rules(bytes) else { continue }
            for instant in [Int64(-9_000_000_000), 0, 1_774_746_000, 9_000_000_000] { _ = rules.segment(at: instant) }
        }
    }

    @Test("is refused for what it counts")
    func counts() {
        #expect(failure(Array("no zone".utf8)) == .notAZoneFile)
        #expect(failure([]) == .notAZoneFile)
        #expect(
            failure(Self.header(version: 0, leaps: 1, transitions: 0, types: 1) + [UInt8](repeating: 0, count: 18))
                == .countsLeapSeconds)
        #expect(
            failure(Self.header(version: 0, leaps: 0, transitions: 0, types: 0))
                == .damaged("it has no type of local time"))
        #expect(
            failure(Self.header(version: 0, leaps: 0, transitions: 2, types: 3) + Self.body(second: 0))
                == .damaged("its transitions are out of order"))
        #expect(
            failure(Self.header(version: 0, leaps: 0, transitions: 1 << 21, types: 1))
                == .damaged("a count is out of range"))
    }

    private static func integer(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func header(version: UInt8, leaps: Int, transitions: Int, types: Int) -> [UInt8] {
        Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            + [0, 0, leaps, transitions, types, 0].flatMap(integer)
    }

    /// Transitions at 0 and at `second`; types of 0, 1 and 2 hours.
    private static func body(second: Int) -> [UInt8] {
        integer(0) + integer(second) + [1, 2] + [0, 3_600, 7_200].flatMap { integer($0) + [0, 0] }
    }
}
