package import Clocks
package import Model
package import Wire

/// What became of the last slots of a job, the oldest first.
package struct Strip: Hashable, Sendable {
    package struct Cell: Hashable, Sendable {
        /// `nil`: no run was begun.
        package var run: Int64?
        /// In microseconds since 1970: of the slot, or of the run if it had none.
        package var at: Int64
        package var began: Int64?
        package var outcome: Outcome
        package var duration = Nanoseconds.zero
        package var lateness = Nanoseconds.zero
        /// What is said of it: a text, or a reason.
        package var text = ""
        package var isManual = false
    }

    package private(set) var cells: [Cell] = []

    package static let length = 48
    /// In characters: it is for a look.
    static let longestText = 120

    package init() {}

    /// `rows`: the newest first.
    package init(_ rows: [LedgerAnswer]) {
        var cells: [Cell] = []
        for row in rows where cells.count < Self.length { cells += Self.cells(row) }
        self.cells = cells.prefix(Self.length).reversed()
    }

    /// Of a gap as many as there were slots, as far as they are shown. None of an attempt that another one followed.
    private static func cells(_ row: LedgerAnswer) -> [Cell] {
        switch row {
        case .run(let run): run.settles || run.slot == nil ? [Cell(run)] : []
        case .gap(let gap): [Cell](repeating: Cell(gap), count: Int(clamping: min(Int64(length), max(0, gap.count))))
        default: []
        }
    }

    /// Where there is no ledger: what the daemon has said of the last run.
    package mutating func add(_ last: JobStatus.Last) {
        guard cells.last?.run != last.number else { return }
        cells.append(Cell(last))
        cells = cells.suffix(Self.length)
    }
}

extension JobStatus.Last {
    /// Of a daemon that has been started since. `nil`: there was no run.
    init?(_ cell: Strip.Cell) {
        guard let run = cell.run, let began = cell.began else { return nil }
        self.init()
        (number, self.began, outcome, duration) = (run, began, cell.outcome, cell.duration)
        (text, slot, lateness) = (cell.text, cell.isManual ? nil : cell.at, cell.lateness)
    }
}

extension Strip.Cell {
    init(_ run: LedgerAnswer.Run) {
        self.init(run: run.number, at: run.slot ?? run.began, began: run.began, outcome: run.outcome)
        (duration, lateness, isManual) = (run.duration, run.lateness, run.slot == nil)
        text = String((run.text.isEmpty ? run.reason ?? "" : run.text).prefix(Strip.longestText))
    }

    init(_ gap: LedgerAnswer.Gap) {
        self.init(run: nil, at: gap.last, began: nil, outcome: gap.outcome)
        text = gap.reason ?? ""
    }

    init(_ last: JobStatus.Last) {
        self.init(run: last.number, at: last.slot ?? last.began, began: last.began, outcome: last.outcome)
        (duration, lateness, isManual) = (last.duration, last.lateness, last.slot == nil)
        text = String((last.text ?? "").prefix(Strip.longestText))
    }
}
