import Clocks
import Testing

@testable import Crontool

@Suite("A moment in bytes")
struct UTCBytesTests {
    @Test("is written as it is elsewhere")
    func sameText() {
        var random = SystemRandomNumberGenerator()
        let moments =
            [0, -1, 999_999, 1_000_000, .min, .max].map { Int64($0) }
            + (0..<2_000).map { _ in Int64.random(in: .min ... .max, using: &random) }
        for nanoseconds in moments {
            let instant = WallInstant(nanoseconds: nanoseconds)
            var bytes: [UInt8] = []
            UTCBytes.append(instant, to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self) == CivilText.text(instant, offset: nil))
        }
    }
}
