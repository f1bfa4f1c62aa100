import Kernel

/// A row of the ledger that the fault worker's function `span` writes.
struct SpanRow: Hashable {
    /// `begin` and `end` of a run, `child` for what it has started.
    let what: String
    let entry: String
    let pid: ProcessID
    /// In nanoseconds of CLOCK_MONOTONIC.
    let moment: Int64

    init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count == 4, let pid = ProcessID(fields[2]), let moment = Int64(fields[3]) else { return nil }
        (what, entry, self.pid, self.moment) = (String(fields[0]), String(fields[1]), pid, moment)
    }
}

extension Scene {
    func spanRows(_ what: String? = nil) -> [SpanRow] {
        let rows = (TextFile.read(ledger) ?? "").split(separator: "\n").compactMap(SpanRow.init)
        return rows.filter { what == nil || $0.what == what }
    }

    /// Whether two runs of the same job ever ran at once, as the runs themselves saw it. A run without an end has ended with
    /// its process.
    func runsOverlap(_ entry: String) -> Bool {
        var open: ProcessID?
        for row in spanRows().filter({ $0.entry == entry && $0.what != "child" }).sorted(by: { $0.moment < $1.moment })
        {
            if row.what == "begin" {
                if let open, Proc.isAlive(open) || hasEnded(open, after: row.moment) { return true }
                open = row.pid
            } else if row.pid == open {
                open = nil
            } else {
                return true
            }
        }
        return false
    }

    private func hasEnded(_ pid: ProcessID, after moment: Int64) -> Bool {
        spanRows("end").contains { $0.pid == pid && $0.moment > moment }
    }
}
