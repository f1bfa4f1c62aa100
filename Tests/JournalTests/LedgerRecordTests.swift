import Clocks
import Journal
import Model
import Testing
import Turns

@testable import LedgerRecords

@Suite("Records for the ledger")
struct LedgerRecordTests {
    private static let moment = WallInstant(nanoseconds: 1_764_457_200_000_000_001)

    static var samples: [LedgerRecord] {
        var sums = LedgerRecord.Sums()
        (sums.runs, sums.accounted) = (118, moment)
        for index in sums.slots.indices { (sums.slots[index], sums.besides[index]) = (Int64(index), Int64(10 + index)) }
        let run = LedgerRecord.Booked.Run(
            number: 118, attempt: 2, cause: .retry, began: moment, lateness: Nanoseconds(5), duration: Nanoseconds(6),
            code: 3, retryAfter: Nanoseconds(7), text: "rsync: è \u{0}", fullLength: 9_000)
        var all: [LedgerRecord] = [
            .life(.init(uid: -4, pid: 812, began: moment, host: "h", boot: "b", version: "0.5.0", registry: "/r")),
            .job(
                .init(
                    job: 3, at: moment, name: "app:job", schedule: "every 2s", timezone: "", comment: "c", books: 9,
                    sums: sums,
                    standing: .init(job: 3, failures: 2, isFailing: true, isLate: false))),
            .begin(
                .init(
                    job: 1, run: 2, slot: nil, attempt: 1, cause: .manual, began: moment, lateness: .zero, pid: 77)),
            .booking(.init(job: 1, at: moment, first: moment, last: moment, count: 3, outcome: .missed, reason: .down)),
            .booking(.init(job: 1, at: moment, count: 0, outcome: .failed, run: run)),
            .booking(.init(job: 1, at: moment, last: moment, count: 1, outcome: .failed, run: run, isGivenUp: true)),
            .output(.init(job: 1, run: 2, at: moment, isError: true, text: "line")),
            .incident(.init(job: nil, at: moment, kind: "Reloaded", text: "jobs=3")),
            .incident(.init(job: 4, at: moment, kind: "Worker exited", text: "")),
            .standing(.init(job: 4, failures: 0, isFailing: false, isLate: true)),
        ]
        for cause in LedgerRecord.Cause.allCases {
            all.append(
                .begin(
                    .init(
                        job: 1, run: 2, slot: moment, attempt: 9, cause: cause, began: moment, lateness: .zero, pid: 0))
            )
        }
        for outcome in Outcome.allCases {
            all.append(.booking(.init(job: 1, at: moment, count: 1, outcome: outcome)))
        }
        for reason in Booking.Reason.allCases {
            all.append(.booking(.init(job: 1, at: moment, count: 1, outcome: .skipped, reason: reason)))
        }
        return all
    }

    @Test("Each comes out of its frame as it went in", arguments: samples)
    func roundTrip(record: LedgerRecord) { #expect(LedgerRecord(record.frame) == record) }

    @Test("A frame that lacks a word or a text is no record", arguments: samples)
    func cut(record: LedgerRecord) {
        let whole = record.frame
        for count in 0..<whole.count {
            var frame = JournalFrame()
            for index in 0..<count { frame.append(whole.words[index]) }
            for text in whole.texts { frame.append(text) }
            #expect(LedgerRecord(frame) == nil, "\(count) words of \(whole.count)")
        }
        guard !whole.texts.isEmpty else { return }
        var frame = JournalFrame()
        for index in 0..<whole.count { frame.append(whole.words[index]) }
        for text in whole.texts.dropLast() { frame.append(text) }
        #expect(LedgerRecord(frame) == nil)
    }

    @Test("Any words are a record or none, and never more")
    func words() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var frame = JournalFrame()
            frame.append(Int64.random(in: 0...8, using: &random))
            for _ in 0..<Int.random(in: 0...31, using: &random) {
                frame.append(
                    Bool.random(using: &random)
                        ? Int64.random(in: -2...12, using: &random) : .random(in: .min...(.max), using: &random))
            }
            for index in 0..<Int.random(in: 0...4, using: &random) { frame.append("text \(index)") }
            if let record = LedgerRecord(frame) { #expect(LedgerRecord(record.frame) == record) }
        }
    }

    @Test("A text that is too long is cut at a character")
    func longText() {
        var frame = JournalFrame()
        frame.append(String(repeating: "è", count: 3_000) + "a")
        #expect(frame.texts[0] == String(repeating: "è", count: 2_048))
        frame.append("a" + String(repeating: "è", count: 3_000))
        #expect(frame.texts[1] == "a" + String(repeating: "è", count: 2_047))
    }
}
