import Schedules
import Testing

@Suite("A damaged zone file")
struct DamagedZoneTests {
    private static let beginning: Int64 = -1 << 59
    private static let far: [Int64] = [.min, .min + 1, beginning - 1, 1 - beginning, .max - 1, .max]

    @Test("is refused if a transition lies where no sum with an offset is a number", arguments: far)
    func transition(time: Int64) {
        #expect(throws: ZoneFile.Failure.damaged("a transition is out of range")) {
            try ZoneFile.rules(Self.file(time))
        }
    }

    @Test("is none if its table begins where zic has the beginning of time")
    func bigBang() throws {
        _ = try ZoneFile.rules(Self.file(Self.beginning))
    }

    /// One transition, and a footer.
    private static func file(_ time: Int64) -> [UInt8] {
        let names = Array("EET\0".utf8)
        // UTC, and two hours east of it.
        let types: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 28, 32, 0, 0]
        var file = header(transitions: 0, types: 1) + types.prefix(6)
        file += names + header(transitions: 1, types: 2)
        file += bytes(time, 8) + [1]
        file += types + names
        return file + Array("\nEET-2EEST,M3.5.0/3,M10.5.0/4\n".utf8)
    }

    private static func header(transitions: Int64, types: Int64) -> [UInt8] {
        let counts = [0, 0, 0, transitions, types, 4].flatMap { bytes($0, 4) }
        return Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts
    }

    private static func bytes(_ number: Int64, _ count: Int64) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
