import Clocks
import Kernel
import Schedules
import Turns
import Wire

/// What the worker notes of its runs, in the file that the daemon has given it.
final class NoteKeeper {
    private let file: Descriptor
    private var note: RunNote

    /// `nil`: there is none, or not the one that a daemon makes.
    init?(_ file: consuming Descriptor?) {
        guard let file, let bytes = try? file.beginning(RunNote.size), let note = RunNote(bytes: bytes) else {
            return nil
        }
        self.file = file
        self.note = note
    }

    /// To be called before the daemon hears of it.
    func begin(_ begin: Report.Begin, attempt: Int64, at start: MonotonicInstant, accounted: SlotInstant) {
        note.begin(RunNote.Begun(begin, attempt: attempt, at: start))
        write(accounted)
    }

    /// To be called before the daemon hears of it. `skipped`: slots that came due in the run and are not made up for.
    func end(_ end: Report.End, skipped: Int64, accounted: SlotInstant) {
        note.end(end, skipped: skipped)
        write(accounted)
    }

    /// The file is in memory and as large as it will be. Where it cannot be written, the daemon has the reports alone.
    private func write(_ accounted: SlotInstant) {
        note.accounted = accounted
        try? file.overwrite(note.encoded())
    }
}
