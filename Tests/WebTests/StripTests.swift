import Clocks
import Model
import Schedules
import Testing
import Values
import Wire

@testable import Web

@Suite("Strips of slots")
struct StripTests {
    static func run(
        _ number: Int64, _ outcome: Outcome = .ok, slot: Int64? = 0, settles: Bool = true, text: String = "",
        seconds: Int64 = 1
    ) -> LedgerAnswer {
        var run = LedgerAnswer.Run()
        (run.entry, run.number, run.outcome) = (EntryID("app:a") ?? EntryID(), number, outcome)
        (run.slot, run.settles, run.text) = (slot, settles, text)
        (run.began, run.duration) = (number * 1_000_000, .seconds(seconds))
        return .run(run)
    }

    static func gap(_ count: Int64, _ outcome: Outcome = .missed, reason: String? = "down") -> LedgerAnswer {
        var gap = LedgerAnswer.Gap()
        (gap.count, gap.outcome, gap.reason) = (count, outcome, reason)
        return .gap(gap)
    }

    @Test("have a bar a slot, the oldest first; none for an attempt that another one followed")
    func order() {
        let strip = Strip([
            Self.run(4), Self.run(3, .failed), Self.run(2, .failed, settles: false), Self.gap(2),
            Self.run(1, slot: nil),
        ])
        #expect(strip.cells.map(\.run) == [1, nil, nil, 3, 4])
        #expect(strip.cells.map(\.outcome) == [.ok, .missed, .missed, .failed, .ok])
        #expect(strip.cells[0].isManual && !strip.cells[3].isManual)
    }

    @Test("have 48 bars at most, however long a gap was")
    func length() {
        #expect(Strip((1...60).reversed().map { Self.run(Int64($0)) }).cells.map(\.run) == (13...60).map { Int64($0) })
        let gap = Strip([Self.run(9), Self.gap(.max)])
        #expect(gap.cells.count == 48 && gap.cells.last?.run == 9 && gap.cells.first?.outcome == .missed)
        #expect(Strip([Self.gap(-1)]).cells.isEmpty)
    }

    @Test("grow by what the daemon says where there is no ledger")
    func withoutLedger() {
        var strip = Strip()
        for number in [1, 1, 2] as [Int64] {
            var last = JobStatus.Last()
            last.number = number
            strip.add(last)
        }
        #expect(strip.cells.map(\.run) == [1, 2])
    }

    private func view(_ rows: [LedgerAnswer], running: Bool = false) -> String {
        StripView(
            entry: EntryID("app:a") ?? EntryID(), strip: Strip(rows),
            face: Face(zone: .utc, zoneName: "UTC", now: WallInstant(seconds: 100)), isRunning: running
        ).html.text
    }

    @Test("say in words what the bars show, and escape what runs have said")
    func words() {
        let html = view([Self.run(2, .timeout, text: "<i>\"late\"</i>"), Self.gap(1)], running: true)
        #expect(html.contains("aria-label=\"last 2 slots: 1 timeout, 1 missed; one is running\""))
        #expect(
            html.contains("title=\"1970-01-01 00:00:00 · timeout after 1.0s: &lt;i&gt;&quot;late&quot;&lt;/i&gt;\""))
        #expect(html.contains("class=\"b missed h0\"") && html.contains("class=\"b going h8\""))
        #expect(!html.contains("<i>") && !html.contains("style="))
    }

    @Test("have bars as high as the runs were long")
    func heights() {
        let html = view([Self.run(3, seconds: 70), Self.run(2, seconds: 35), Self.run(1, seconds: 1)])
        #expect(html.contains("ok h1\"") && html.contains("ok h4\"") && html.contains("ok h8\""), "\(html)")
    }
}
