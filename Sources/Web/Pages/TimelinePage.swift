import Clocks
import Crontool
import Model
import Schedules
import Values
import Wire

/// A day back and six hours ahead, a lane a job: what ran when, and what is to run. A minute is a unit of its drawing.
struct TimelinePage {
    let board: Board
    let timeline: Timeline
    let face: Face
    /// How many jobs come before.
    let first: Int

    private static let width = (Timeline.back + Timeline.ahead) / minute
    private static let nowPlace = Timeline.back / minute
    static let minute = Int64(60_000_000)

    var html: HTML {
        let content: HTML = """
            <h1>Timeline</h1>
            <div data-live="*" data-pace="5000">\(notes)\(table)\(pages)</div>
            """
        return Layout(title: "Timeline", board: board, face: face, kind: "timeline").html(content)
    }

    private var notes: HTML {
        var notes: [HTML] = []
        if let fault = timeline.fault { notes.append("<p class=\"nothing\">\(fault)</p>") }
        if timeline.since > timeline.now - Timeline.back {
            notes.append(
                "<p class=\"none\">There is too much to show: runs before \(face.moment(timeline.since)) are left out.</p>"
            )
        }
        return HTML(notes)
    }

    private var table: HTML {
        guard !timeline.lanes.isEmpty else { return "<p class=\"nothing\">No jobs are known.</p>" }
        return """
            <table class="lanes"><thead><tr><th scope="col">Job</th><th scope="col">\(axis)</th></tr></thead><tbody>
            \(timeline.lanes.map(row))</tbody></table>
            """
    }

    /// What the clocks show at each sixth hour.
    private var axis: HTML {
        let marks = stride(from: -Timeline.back, to: Timeline.ahead, by: 6 * 60 * Int(Self.minute)).map {
            offset -> HTML in
            let text = String(face.civil(timeline.now + offset).dropFirst(5).prefix(11))
            let (day, clock) = (String(text.prefix(6)), String(text.suffix(5)))
            return offset == 0 ? "<b>now<i> \(clock)</i></b>" : "<span><i>\(day)</i>\(clock)</span>"
        }
        return "<span class=\"axis\">\(marks)</span>"
    }

    // MARK: Lanes

    private func row(_ lane: Timeline.Lane) -> HTML {
        """
        <tr><th scope="row"><a href="\(JobPath.of(lane.entry))">\(lane.entry.description)</a></th><td>\(drawing(lane))</td></tr>

        """
    }

    private func drawing(_ lane: Timeline.Lane) -> HTML {
        let groups = LaneGroups(lane.rows, from: timeline.now - Timeline.back).groups
        let words =
            "\(lane.entry): \(words(lane)); \(lane.coming.count)\(lane.isDense ? " and more" : "") slots to come"
        return """
            <svg viewBox="0 0 \(Self.width) 24" preserveAspectRatio="none" role="img" aria-label="\(words)">\
            \(Self.hours(from: timeline.now, face))\(past(groups))\(going(lane))\(coming(lane))\
            <path class="now" d="M\(Self.nowPlace) 0V24"/></svg>
            """
    }

    private func words(_ lane: Timeline.Lane) -> String {
        var counts = Outcome.Counts()
        for row in lane.rows {
            switch row {
            case .run(let run): counts[run.outcome] += 1
            case .gap(let gap): counts[gap.outcome] += gap.count
            default: break
            }
        }
        let parts = Outcome.allCases.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0.rawValue)" }
        return parts.isEmpty ? "nothing ran" : parts.joined(separator: ", ")
    }

    /// A line at each full hour.
    private static func hours(from now: Int64, _ face: Face) -> HTML {
        let hour = 60 * minute
        let begin = now - Timeline.back
        let offset = face.zone.offset(at: begin / 1_000_000) * 1_000_000
        let first = (floorDivide(begin + offset, hour) + 1) * hour - offset
        let marks = stride(from: first, to: now + Timeline.ahead, by: Int(hour)).map {
            "M\(($0 - begin) / minute) 0V24"
        }
        return "<path class=\"hour\" d=\"\(marks.joined())\"/>"
    }

    private func past(_ groups: [LaneGroups.Group]) -> [HTML] {
        groups.map { group in
            let shape = Self.shape(group.outcome)
            let width = max(4, min(Int64(Self.nowPlace) - group.place, group.width))
            return """
                <rect class="\(group.outcome.rawValue)" x="\(group.place)" y="\(shape.top)" width="\(width)" \
                height="\(shape.height)"><title>\(title(group))</title></rect>
                """
        }
    }

    /// Those that failed are the highest, whatever their colour.
    private static func shape(_ outcome: Outcome) -> (top: Int, height: Int) {
        if outcome.isFailure { return (1, 22) }
        return switch outcome {
        case .missed: (5, 14)
        case .skipped: (14, 5)
        default: (7, 12)
        }
    }

    private func title(_ group: LaneGroups.Group) -> String {
        let moment = face.civil(group.began)
        guard group.count > 1 else {
            return "\(moment) · \(group.outcome.rawValue)"
                + (group.isRun ? " after \(StatusText.duration(group.duration))" : "")
                + (group.text.isEmpty ? "" : ": \(group.text)")
        }
        let failed = group.failures > 0 ? ", \(group.failures) of them failed" : ""
        return "from \(moment) on: \(group.count) slots\(failed)"
    }

    private func going(_ lane: Timeline.Lane) -> HTML {
        guard let run = lane.going else { return "" }
        let place = max(0, (run.began - timeline.now + Timeline.back) / Self.minute)
        let width = max(4, Self.nowPlace - place)
        return """
            <rect class="going" x="\(Self.nowPlace - width)" y="7" width="\(width)" height="12"><title>run \(run.number) \
            is going, since \(face.civil(run.began))</title></rect>
            """
    }

    private func coming(_ lane: Timeline.Lane) -> HTML {
        var marks: [String] = []
        for slot in lane.coming {
            let mark = "M\((slot - timeline.now + Timeline.back) / Self.minute) 8V18"
            if marks.last != mark { marks.append(mark) }
        }
        let ticks: HTML = marks.isEmpty ? "" : "<path class=\"slot\" d=\"\(marks.joined())\"/>"
        guard lane.isDense, let last = lane.coming.last else { return ticks }
        let place = (last - timeline.now + Timeline.back) / Self.minute
        return "\(ticks)<rect class=\"dense\" x=\"\(place)\" y=\"11\" width=\"\(Self.width - place)\" height=\"4\"/>"
    }

    // MARK: More

    private var pages: HTML {
        let (most, count) = (Timeline.mostLanes, board.jobs.count)
        guard count > most else { return "" }
        let before: HTML =
            first > 0 ? "<a href=\"/timeline?first=\(max(0, first - most))\" rel=\"prev\">Before</a> " : ""
        let after: HTML =
            first + most < count ? " <a href=\"/timeline?first=\(first + most)\" rel=\"next\">After</a>" : ""
        return """
            <nav class="pages" aria-label="More jobs">\(before)Jobs \(first + 1) to \(min(first + most, count)) of \
            \(count)\(after)</nav>
            """
    }
}

/// The rows of a lane, joined where they would be drawn in one place: what is worst of them counts.
struct LaneGroups {
    struct Group: Hashable {
        /// In minutes from the beginning.
        var place: Int64
        var width: Int64
        var began: Int64
        var count: Int64
        var failures: Int64
        var outcome: Outcome
        var duration = Nanoseconds.zero
        var isRun = true
        var text = ""
    }

    private(set) var groups: [Group] = []

    /// More than these are joined more coarsely.
    private static let most = 250
    private static let coarse = Int64(5)

    init(_ rows: [LedgerAnswer], from begin: Int64) {
        let all = rows.compactMap { Self.group($0, begin) }
        groups = Self.joined(all, 1)
        if groups.count > Self.most { groups = Self.joined(all, Self.coarse) }
    }

    private static func group(_ row: LedgerAnswer, _ begin: Int64) -> Group? {
        let minute = TimelinePage.minute
        switch row {
        case .run(let run):
            let width = run.duration.count / 1_000 / minute
            let failures: Int64 = run.outcome.isFailure ? 1 : 0
            return Group(
                place: max(0, (run.began - begin) / minute), width: width, began: run.began, count: 1,
                failures: failures, outcome: run.outcome, duration: run.duration, text: String(run.text.prefix(120)))
        case .gap(let gap):
            let first = max(begin, gap.first)
            return Group(
                place: (first - begin) / minute, width: max(0, gap.last - first) / minute, began: gap.first,
                count: gap.count, failures: 0, outcome: gap.outcome, isRun: false, text: gap.reason ?? "")
        default: return nil
        }
    }

    /// `grain`: in minutes.
    private static func joined(_ all: [Group], _ grain: Int64) -> [Group] {
        var found: [Int64: Group] = [:]
        for group in all {
            let place = group.place / grain * grain
            guard var there = found[place] else {
                found[place] = group
                continue
            }
            there.count += group.count
            there.failures += group.failures
            there.width = max(there.width, group.width)
            there.began = min(there.began, group.began)
            if rank(group.outcome) > rank(there.outcome) { there.outcome = group.outcome }
            found[place] = there
        }
        return found.values.sorted { $0.place < $1.place }
    }

    private static func rank(_ outcome: Outcome) -> Int {
        if outcome.isFailure { return 4 }
        return switch outcome {
        case .missed: 3
        case .interrupted, .cancelled: 2
        case .skipped: 1
        default: 0
        }
    }
}
