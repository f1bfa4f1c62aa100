import Clocks
import Testing
import Values

@Suite("A duration text")
struct DurationTextTests {
    @Test(
        "is numbers with units, added up, as Go writes it",
        arguments: [
            ("250ms", 250_000_000), ("1s", 1_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000),
            ("2d", 172_800_000_000_000), ("1d2h3m4s5ms6us", 93_784_005_006_000), ("0.5us", 500), ("0.001us", 1),
            (".5s", 500_000_000), ("1.s", 1_000_000_000), ("007s", 7_000_000_000), ("1.50s", 1_500_000_000),
            ("0d1s", 1_000_000_000), ("90m", 5_400_000_000_000), ("36500d", 3_153_600_000_000_000_000),
            ("1.0000000000000000000000000000s", 1_000_000_000), ("0.00000000001d", 864),
            ("100ms1s", 1_100_000_000), ("30s1m", 90_000_000_000), ("1s1s", 2_000_000_000), ("+1s", 1_000_000_000),
            ("1500ns", 1_500), ("1\u{B5}s", 1_000), ("2.5\u{3BC}s", 2_500), ("1us1ns", 1_001),
        ])
    func parse(text: String, nanoseconds: Int64) throws {
        #expect(try DurationText.parse(text).count == nanoseconds)
    }

    @Test(
        "that is none says what is wrong",
        arguments: [
            ("", .empty), ("-5s", .negative), ("-", .negative), ("0s", .zero), ("0", .missingUnit(number: "0")),
            ("0h0m", .zero), ("5", .missingUnit(number: "5")), ("1m30", .missingUnit(number: "30")),
            ("1.5", .missingUnit(number: "1.5")), ("5x", .unknownUnit("x")), ("5S", .unknownUnit("S")),
            ("5 s", .unknownUnit(" s")), ("5sec", .unknownUnit("sec")), ("1µ", .unknownUnit("µ")),
            ("5é", .unknownUnit("é")),
            ("1.5.5s", .unknownUnit(".5s")), ("s", .missingNumber(unit: "s")), (".s", .missingNumber(unit: "s")),
            ("soon", .missingNumber(unit: "soon")), ("+", .missingNumber(unit: "+")),
            ("+-5s", .missingNumber(unit: "-5s")),
            (" 5s", .missingNumber(unit: " 5s")), ("1:30", .unknownUnit(":30")),
            ("1s+1s", .missingNumber(unit: "+1s")), ("0.5ns", .tooFine), ("36500d1ns", .tooLong),
            ("36500d1us", .tooLong), ("106751d", .tooLong), ("106752d", .tooLong), ("200000d", .tooLong),
            ("213503d", .tooLong), ("213504d", .tooLong), ("9999999999s", .tooLong),
            ("9223372036.8547758s", .tooLong),
            ("18446744073.7095516s", .tooLong), ("36501d", .tooLong), ("99999999999999999999d", .tooLong),
            ("9223372036854775807s", .tooLong), ("0.0001us", .tooFine), ("0.0000000001s", .tooFine),
            ("0.0000000000000000000001s", .tooFine), ("0.0000000000000000001d", .tooFine),
            ("0.99999999999999999999s", .tooFine),
        ] as [(String, DurationText.Failure)])
    func failures(text: String, failure: DurationText.Failure) {
        #expect(throws: failure) { try DurationText.parse(text) }
        #expect(failure.message.contains("expected"))
    }

    @Test("may have a minimum")
    func minimum() throws {
        let minimum = Nanoseconds.milliseconds(10)
        #expect(try DurationText.parse("10ms", minimum: minimum) == minimum)
        #expect(throws: DurationText.Failure.tooShort(minimum: "10ms")) {
            try DurationText.parse("9.999ms", minimum: minimum)
        }
    }

    @Test(
        "is written in the shortest form",
        arguments: [
            (0, "0s"), (-1, "0s"), (1, "0.001us"), (500, "0.5us"), (1_500, "1.5us"), (999_999, "999.999us"),
            (1_000_010, "1ms0.01us"), (1_000_000_000, "1s"), (5_400_000_000_000, "1h30m"), (86_400_000_000_000, "1d"),
        ])
    func format(nanoseconds: Int64, text: String) {
        #expect(DurationText.format(Nanoseconds(nanoseconds)) == text)
    }

    @Test("reads back as the duration that it was written from")
    func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            // Shifted, so that short durations are as frequent as long ones.
            let limit = DurationText.longest.count >> Int64.random(in: 0..<61, using: &random)
            let duration = Nanoseconds(Int64.random(in: 1...max(1, limit), using: &random))
            #expect(try DurationText.parse(DurationText.format(duration)) == duration, "\(duration.count) ns")
        }
    }
}
