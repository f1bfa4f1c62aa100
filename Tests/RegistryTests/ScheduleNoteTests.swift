import Registry
import Testing
import Values

@Suite("A schedule that is right")
struct ScheduleNoteTests {
    @Test(
        "comes with a note where its two day fields go together in a way that surprises",
        arguments: [
            ("0 0 * * *", nil), ("0 0 13 * *", nil), ("0 0 * * fri", nil), ("0 0 */10 * *", nil), ("@weekly", nil),
            (
                "0 0 13 * fri",
                "it runs on days that fit '13' and also on days that fit 'fri': of two restricted day fields either is enough"
            ),
            (
                "0 0 */10 * fri",
                "it runs on days that fit both '*/10' and 'fri': a day field that begins with * is no restriction"
            ),
            (
                "0 0 1 * */2",
                "it runs on days that fit both '1' and '*/2': a day field that begins with * is no restriction"
            ),
        ] as [(String, String?)])
    func dayRule(schedule: String, note: String?) {
        let result = JobEntries.definitions(in: load(job(meta: "schedule: '\(schedule)'")))
        #expect(result.errors == [])
        #expect(result.notes.map(\.message) == [note].compactMap { $0.map { "meta.schedule: \($0)" } })
        #expect(result.notes.allSatisfy { $0.location.line == 3 })
    }
}
