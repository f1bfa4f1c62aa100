import Model
import Testing
import Values
import Wire

@testable import Crontool

@Suite("A history as comma-separated values")
struct HistoryCSVTests {
    @Test("quotes what it has to")
    func quotes() {
        var run = LedgerAnswer.Run()
        (run.entry, run.number, run.slot, run.cause) = (EntryID("app:job")!, 7, 1_000_000, "manual")
        (run.outcome, run.code, run.text) = (.failed, 3, "no \"disk\", \r\nend")
        let expected =
            #"app:job,7,1970-01-01T00:00:01.000000Z,1,manual,failed,,false,1970-01-01T00:00:00.000000Z,0,0,3,"no ""disk"", "#
        #expect(HistoryCSV.line(.run(run)) == expected + "\r\nend\",,,\r\n")
    }

    @Test("has slots without a run too")
    func gap() {
        var gap = LedgerAnswer.Gap()
        (gap.entry, gap.first, gap.last, gap.count, gap.reason) = (EntryID("app:job")!, 1_000_000, 2_000_000, 2, "down")
        #expect(
            HistoryCSV.line(.gap(gap))
                == "app:job,,,,,missed,down,,,,,,,1970-01-01T00:00:01.000000Z,1970-01-01T00:00:02.000000Z,2\r\n")
        #expect(HistoryCSV.titles.split(separator: ",").count == 16)
    }
}
