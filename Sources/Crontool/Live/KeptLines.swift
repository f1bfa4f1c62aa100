package import Values
import Wire

/// What is kept of what a run wrote.
package struct KeptLines {
    package let run: Int64
    package let lines: [String]
    /// So many more came before these.
    package let left: Int64
}

extension LedgerClient {
    /// `run`: its number; `nil`: the last one that wrote something. `nil`: nothing is kept.
    package func lines(of entry: EntryID, run: Int64?) throws(DaemonFailure) -> KeptLines? {
        var (head, lines) = (LedgerAnswer.Output?.none, [String]())
        try ask(.output(.init(entry: entry, run: run))) { answer in
            switch answer {
            case .output(let output): head = output
            case .line(let text): lines.append(text)
            default: break
            }
        }
        return head.map { KeptLines(run: $0.run, lines: lines, left: max(0, $0.lines - Int64(lines.count))) }
    }
}
