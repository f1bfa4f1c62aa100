import Schedules
import TestSupport
import Testing

@Suite("Zone rules as text")
struct ZoneTextTests {
    @Test("are the same rules, whatever the zone")
    func recorded() throws {
        for name in RecordedZone.files.keys {
            let rules = try RecordedZone.rules(of: name)
            #expect(ZoneRules(text: rules.text) == rules, "\(name): \(rules.text)")
        }
        #expect(ZoneRules.utc.text == "0")
        #expect(ZoneRules(text: "0") == .utc)
    }

    @Test("are the same rules, whatever bytes of the file are changed")
    func damaged() {
        var generator = SeededGenerator(seed: 23)
        let riga = Recording.bytes(base64: RecordedZone.files["Europe/Riga"] ?? "")
        for index in riga.indices {
            var bytes = riga
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
            guard let rules = try? ZoneFile.rules(bytes) else { continue }
            #expect(ZoneRules(text: rules.text) == rules, "byte \(index): \(rules.text)")
        }
    }

    @Test(
        "are the same rules, whatever the footer",
        arguments: [
            "EET-2EEST,M3.5.0/3,M10.5.0/4", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "IST-1GMT0,M10.5.0,M3.5.0/1", "X-X",
            "AAA-5:45", "AAA4BBB,J60/0:30:15,J300/167", "AAA4BBB,0/0,J365/25", "AAA3EDT4,M3.5.0/-167,364/2",
        ])
    func footers(text: String) {
        guard let rules = ZoneRules(text: "3600 \(text)") else { return #expect(text == "X-X") }
        #expect(ZoneRules(text: rules.text) == rules, "\(rules.text)")
    }

    @Test(
        "are refused if they are none",
        arguments: [
            "", "0 1", "one", "0 5 3600 5 0", "0 7 3600 5 0", "100000", "0 1 -100000", "0 9223372036854775807 0",
            "0 EET-2 EET-2", "0 EET-2 1 0", "0  x",
        ])
    func refused(text: String) { #expect(ZoneRules(text: text) == nil) }
}
