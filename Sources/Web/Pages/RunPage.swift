import Clocks
import Crontool
import Model
import Values
import Wire

/// One run: what is known of it, the other attempts at its slot, and what it wrote.
struct RunPage {
    let board: Board
    let face: Face
    let entry: EntryID
    let number: Int64
    /// While it is going.
    let going: JobStatus.Going?
    let run: LedgerAnswer.Run?
    let attempts: [LedgerAnswer]
    let output: Result<Past.Output?, DaemonFailure>

    var html: HTML {
        let title = "\(entry) run \(number)"
        let pace: HTML = going == nil ? "" : " data-every=\"1000\""
        let content: HTML = """
            <div data-live="\(entry.description)"\(pace)>
            <h1><a href="\(JobPath.of(entry))">\(entry.description)</a> run \(number) \(chip)</h1>
            <dl class="facts">\(facts)</dl>\(text)\(attemptList)
            <h2>Output</h2>\(written)</div>
            """
        return Layout(title: title, board: board, face: face, kind: "run").html(content)
    }

    private var chip: HTML {
        if going != nil { return "<span class=\"chip running\"><b aria-hidden=\"true\">▶</b> running</span>" }
        return run.map { "<span class=\"o \($0.outcome.rawValue)\">\($0.outcome.rawValue)</span>" }.orNothing
    }

    private var facts: [HTML] {
        let slot = going?.slot ?? run?.slot
        let began = going?.began ?? run?.began
        let pairs: [(String, HTML?)] = [
            ("Slot", slot.map { face.moment($0) } ?? "none"),
            ("Cause", run.map { "\($0.cause)" } ?? (going?.isManual == true ? "manual" : nil)),
            ("Began", began.map { "\(face.moment($0)), \(face.distance($0))" }),
            ("Late", run.map { "\(StatusText.duration($0.lateness))" }),
            ("Took", run.map { "\(StatusText.duration($0.duration))" }),
            ("Attempt", (run?.attempt ?? going?.attempt).map { "\($0)" }), ("Exit code", run?.code.map { "\($0)" }),
            ("Why", run?.reason.map { "\(HistoryText.explain($0))" }),
        ]
        return pairs.compactMap { name, value in value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>" } }
    }

    private var text: HTML {
        guard let run, !run.text.isEmpty else { return "" }
        return "<h2>\(run.outcome.isOk ? "Result" : "Error")</h2><pre class=\"said\">\(run.text)</pre>"
    }

    private var attemptList: HTML {
        guard attempts.count > 1 else { return "" }
        return "<h2>Attempts at this slot</h2>\(HistoryTable(entry: entry, face: face).html(attempts))"
    }

    // MARK: Output

    private var written: HTML {
        switch output {
        case .failure(let failure): return "<p class=\"nothing\">\(failure.description)</p>"
        case .success(nil):
            return "<p class=\"nothing\">Nothing is kept of what it wrote\(going == nil ? "" : " so far").</p>"
        case .success(let output?):
            let left = output.count - Int64(output.lines.count)
            let lost: HTML = left > 0 ? "<p class=\"none\">The first \(left) lines are not kept.</p>" : ""
            return "\(lost)<pre class=\"output\" tabindex=\"0\">\(output.lines.joined(separator: "\n"))</pre>"
        }
    }
}
