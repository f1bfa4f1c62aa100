import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@Suite("The note of a worker")
struct RunNoteTests {
    private func note() -> RunNote {
        var note = RunNote(epoch: 7)
        note.accounted = SlotInstant(nanoseconds: 30)
        let begin = Report.Begin(
            run: 3, slot: SlotInstant(nanoseconds: 20), next: SlotInstant(nanoseconds: 30), lateness: Nanoseconds(5),
            call: 9)
        note.begin(.init(begin, attempt: 2, at: MonotonicInstant(nanoseconds: 25)))
        let end = Report.End(
            run: 3, slot: SlotInstant(nanoseconds: 20), next: SlotInstant(nanoseconds: 30), lateness: Nanoseconds(5),
            duration: Nanoseconds(4), outcome: .failed, text: "exit 3: ärger", code: 3, isFinal: true)
        note.end(end, skipped: 2)
        return note
    }

    @Test("is read as it was written")
    func roundTrip() throws {
        for note in [note(), RunNote(epoch: 1), RunNote()] {
            let bytes = note.encoded()
            #expect(bytes.count == RunNote.size)
            #expect(RunNote(bytes: bytes) == note)
        }
        let read = try #require(RunNote(bytes: note().encoded()))
        #expect(read.ended?.end.text == "exit 3: ärger" && read.ended?.run.attempt == 2)
        #expect(read.tally.failed == 1 && read.tally.skipped == 2 && read.tally.lastEnded == 3 && read.open == nil)
    }

    @Test("has the first bytes of a long text, at a character's boundary, and says how long it was")
    func longText() throws {
        var note = note()
        let text = "x" + String(repeating: "ä", count: 300)
        let end = Report.End(
            run: 4, slot: nil, next: SlotInstant(nanoseconds: 0), lateness: .zero, duration: .zero, outcome: .ok,
            text: text)
        note.end(end, skipped: 0)
        let read = try #require(RunNote(bytes: note.encoded())?.ended)
        #expect(read.end.text == "x" + String(repeating: "ä", count: 99) && read.end.fullLength == 601)
    }

    @Test("is none if a bit of it is another, or a byte is missing")
    func damage() {
        let bytes = note().encoded()
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            #expect(RunNote(bytes: damaged) == nil, "byte \(index)")
        }
        #expect(RunNote(bytes: Array(bytes.dropLast())) == nil)
        #expect(RunNote(bytes: []) == nil)
    }
}
