import Clocks
import Model
import Schedules
import Testing
import Values
import Wire

@testable import Web

@Suite("The timeline")
struct TimelineTests {
    private let minute = TimelinePage.minute

    private func run(_ minutes: Int64, _ outcome: Outcome = .ok, lasting: Int64 = 0, text: String = "") -> LedgerAnswer
    {
        var run = LedgerAnswer.Run()
        (run.outcome, run.text, run.settles) = (outcome, text, true)
        (run.began, run.duration) = (minutes * minute, .seconds(lasting * 60))
        return .run(run)
    }

    private func gap(_ first: Int64, _ last: Int64) -> LedgerAnswer {
        var gap = LedgerAnswer.Gap()
        (gap.first, gap.last, gap.count) = (first * minute, last * minute, 7)
        return .gap(gap)
    }

    @Test("joins what would be drawn in one place, and shows what is worst of it")
    func joined() {
        let groups = LaneGroups(
            [run(5), run(5, .timeout), run(5, .skipped), run(9, lasting: 30), gap(20, 50)], from: 0
        ).groups
        #expect(groups.map(\.place) == [5, 9, 20] && groups.map(\.width) == [0, 30, 30])
        #expect(groups[0].outcome == .timeout && groups[0].count == 3 && groups[0].failures == 1)
        #expect(groups[2].outcome == .missed && groups[2].count == 7 && !groups[2].isRun)
    }

    @Test("draws no more than so many places of a job")
    func coarse() {
        let groups = LaneGroups((0..<1_440).map { run($0) }, from: 0).groups
        #expect(groups.count == 288 && groups.allSatisfy { $0.count == 5 })
        #expect(LaneGroups([gap(-100, 10)], from: 0).groups.map(\.place) == [0])
    }

    @Test("has a lane a job, with what was, what is and what comes, and escapes it")
    func page() {
        var timeline = Timeline(lanes: [], now: 2_000 * minute, since: 560 * minute)
        var lane = Timeline.Lane(entry: BoardTests.id("a"), rows: [run(1_000, .failed, text: "<script>")])
        lane.coming = [2_010, 2_010, 2_100].map { $0 * minute }
        lane.isDense = true
        lane.going = JobStatus.Going()
        timeline.lanes = [lane]
        timeline.fault = "<script>"
        let html = TimelinePage(
            board: Board(), timeline: timeline,
            face: Face(zone: .utc, zoneName: "UTC", now: WallInstant(seconds: 120_000)), first: 0
        ).html.text
        #expect(!html.contains("<script>") && html.contains("&lt;script&gt;") && !html.contains("style="))
        #expect(html.contains("<rect class=\"failed\" x=\"440\" y=\"1\"") && html.contains("class=\"going\""))
        #expect(
            html.contains("<path class=\"slot\" d=\"M1450 8V18M1540 8V18\"/>")
                && html.contains("class=\"dense\" x=\"1540\""))
        #expect(html.contains("aria-label=\"app:a: 1 failed; 3 and more slots to come\""))
    }
}
