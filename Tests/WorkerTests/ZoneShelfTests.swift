import Kernel
import Schedules
import Testing

@testable import CronWorkerKit

@Suite("The zones that functions ask for")
struct ZoneShelfTests {
    private let summer = Int64(1_720_000_000)
    private let winter = Int64(1_709_210_096)

    private func zone(_ name: String) throws -> ZoneShelf.Zone {
        let file = "/usr/share/zoneinfo/\(name)"
        return ZoneShelf.Zone(rules: try ZoneFile.load(file), file: file)
    }

    @Test("are found by their names, and the job's own by none")
    func zones() throws {
        let shelf = ZoneShelf(try zone("Europe/Berlin"))
        #expect(try shelf.span("", at: summer).offset == 7_200 && shelf.span("", at: winter).offset == 3_600)
        #expect(try shelf.name("", at: summer) == "CEST" && shelf.name("", at: winter) == "CET")
        let span = try shelf.span("America/New_York", at: summer)
        #expect(span.offset == -14_400 && span.start <= summer && span.end > summer && span.end < summer + 31_536_000)
        #expect(try shelf.name("America/New_York", at: winter) == "EST" && shelf.name("UTC", at: winter) == "UTC")
        #expect(try shelf.span("UTC", at: 0) == ZoneSpan(start: .min, end: .max, offset: 0))
    }

    @Test(
        "that there are not are none",
        arguments: ["Europe/Nowhere", "../etc/passwd", "/etc/localtime", "Europe", ".", "a/", "a\0b"])
    func unknown(_ name: String) throws {
        let failure = #expect(throws: FunctionFailure.self) { try ZoneShelf(nil).span(name, at: 0) }
        #expect(
            failure?.kind == "NOT_FOUND" && failure?.description.contains("is no time zone of this machine") == true)
    }

    @Test("do not push out that of the job")
    func many() throws {
        let shelf = ZoneShelf(try zone("Asia/Tokyo"))
        for number in 1...12 { for sign in ["+", "-"] { _ = try shelf.span("Etc/GMT\(sign)\(number)", at: 0) } }
        #expect(try shelf.span("", at: 0).offset == 32_400)
        #expect(try shelf.span("Etc/GMT+1", at: 0).offset == -3_600)
    }

    @Test(
        "are called what their files say, in the table and after it",
        arguments: [
            ("Europe/Dublin", 1_720_000_000, "IST"), ("Europe/Dublin", 1_709_210_096, "GMT"),
            ("Asia/Dubai", 1_720_000_000, "+04"), ("Europe/Berlin", 4_000_000_000, "CEST"),
            ("Europe/Berlin", 4_010_000_000, "CET"),
            ("Europe/Berlin", -5_000_000_000, "LMT"), ("America/New_York", 0, "EST"),
            ("America/Sao_Paulo", 1_720_000_000, "-03"),
        ] as [(String, Int64, String)])
    func names(_ name: String, _ instant: Int64, _ expected: String) throws {
        #expect(try ZoneShelf(nil).name(name, at: instant) == expected)
    }
}
