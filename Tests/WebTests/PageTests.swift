import Clocks
import Crontool
import HTTPServer
import Model
import Schedules
import Testing
import Values
import Wire

@testable import Web

@Suite("Pages")
struct PageTests {
    private let face = Face(zone: .utc, zoneName: "UTC", now: WallInstant(seconds: 1_000_000))
    private let hostile = "</td><script>alert(1)</script>\u{1B}[2J\"'"

    private func board() -> Board {
        var board = Board()
        var bad = BoardTests.job("bad", runs: 3, failures: 3)
        bad.last?.outcome = .failed
        bad.last?.text = hostile
        var pause = JobStatus.Pause()
        (pause.scope, pause.note) = ("app:held", hostile)
        var held = BoardTests.job("held")
        (held.pause, held.schedule, held.timezone) = (pause, hostile, hostile)
        _ = board.take([BoardTests.job("good", runs: 1), held, bad], disabled: 0, at: WallInstant(seconds: 1))
        board.fault = hostile
        board.ledgerFault = hostile
        board.greeting = ControlAnswer.Greeting(program: hostile, pid: 1, registry: hostile)
        for name in ["bad", "good"] {
            board.take(Strip([StripTests.run(3, .failed, text: hostile)]), of: BoardTests.id(name))
        }
        return board
    }

    private func isSafe(_ html: HTML) -> Bool {
        !html.text.contains("<script>") && !html.text.contains("\u{1B}") && !html.text.contains("style=")
            && !html.text.contains("onclick")
    }

    private func index(_ filter: IndexPage.Filter = .all, search: String = "", page: Int = 1, actions: Bool = false)
        -> HTML
    {
        IndexPage(board: board(), face: face, hasActions: actions, filter: filter, search: search, page: page).html
    }

    @Test("have nothing of what users, jobs and visitors write that is not text")
    func escape() {
        let board = board()
        #expect(isSafe(index(search: hostile)) && isSafe(index(actions: true)))
        for row in board.ordered {
            let rows = [StripTests.run(3, .failed, text: hostile), StripTests.gap(2, reason: hostile)]
            let event = LedgerAnswer.event(.init(at: 0, entry: row.status.entry, kind: hostile, text: hostile))
            let page = JobPage(
                board: board, row: row, face: face, hasActions: true, past: .success(Past.Page(rows: rows)),
                events: [event])
            #expect(isSafe(page.html) && page.html.text.contains("&lt;script&gt;"))
            guard case .run(let run) = rows[0] else { continue }
            let output = Past.Output(lines: [hostile, "\u{9B}31m"], count: 9)
            let runPage = RunPage(
                board: board, face: face, entry: row.status.entry, number: 3, going: nil, run: run, attempts: rows,
                output: .success(output))
            #expect(isSafe(runPage.html) && runPage.html.text.contains("The first 7 lines are not kept"))
        }
        #expect(isSafe(EventsPage(board: board, face: face, page: .failure(.noLedger(registry: hostile))).html))
    }

    @Test("show failing jobs first, and say in the title how many there are")
    func failingFirst() throws {
        let text = index().text
        let (bad, good) = (text.ranges(of: "id=\"app:bad\""), text.ranges(of: "id=\"app:good\""))
        #expect(try #require(bad.first).lowerBound < (try #require(good.first)).lowerBound)
        #expect(text.contains("<title>(1) cronsupd</title>") && text.contains("<b>1</b> failing"))
    }

    @Test("show those jobs alone that are looked for")
    func filters() {
        let paused = index(.paused).text
        #expect(paused.contains("id=\"app:held\"") && !paused.contains("id=\"app:bad\""))
        let found = index(search: "OO").text
        #expect(found.contains("id=\"app:good\"") && !found.contains("id=\"app:held\""))
        #expect(index(.late).text.contains("No job is late."))
        #expect(index(page: 99).text.contains("No job"))
    }

    @Test("have buttons where there are actions, and none where there are not")
    func buttons() {
        #expect(index(actions: true).text.contains("data-act=\"resume\" data-job=\"app:held\""))
        #expect(!index().text.contains("<button"))
    }

    @Test("without a script load themselves again, and with one do not")
    func withoutScript() {
        #expect(index().text.contains("<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>"))
    }

    @Test("are two where there are more jobs than one holds")
    func pages() {
        var board = Board()
        _ = board.take((0..<450).map { BoardTests.job("j\($0)") }, disabled: 0, at: WallInstant(seconds: 1))
        func text(_ page: Int) -> String {
            IndexPage(board: board, face: face, hasActions: false, filter: .all, search: "j", page: page).html.text
        }
        #expect(text(1).ranges(of: "<tr id=").count == 200 && text(3).ranges(of: "<tr id=").count == 50)
        #expect(text(2).contains("href=\"/?q=j&amp;page=3\"") && text(2).contains("Page 2 of 3"))
    }

    // MARK: Assets

    @Test("have their files in the program, for as long as these stay the same")
    func assets() throws {
        let path = Assets.style.path
        let parts = path.split(separator: "?v=")
        let fresh = HTTPRequest("GET", String(parts[0]), query: [.init(name: "v", value: String(parts[1]))])
        let response = try #require(Assets.response(to: fresh))
        let headers = Dictionary(uniqueKeysWithValues: response.headers.map { ($0.name, $0.value) })
        #expect(response.status == 200 && headers["Cache-Control"] == "max-age=31536000, immutable")
        var known = HTTPRequest("GET", String(parts[0]))
        known.headers = [.init(name: "if-none-match", value: try #require(headers["ETag"]))]
        let second = try #require(Assets.response(to: known))
        #expect(second.status == 304 && second.body.isEmpty)
        #expect(second.headers.contains(.init(name: "Cache-Control", value: "no-cache")))
        #expect(Assets.response(to: HTTPRequest("GET", "/assets/../secret")) == nil)
    }
}
