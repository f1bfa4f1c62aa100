import Clocks
import Journal
import Model
import Testing
import Turns

@testable import LedgerRecords

@Suite("Records for the ledger")
struct LedgerRecordTests {
    @Test("have causes in the words of the log")
    func causes() {
        #expect(
            LedgerRecord.Cause.allCases.map(\.word) == ["slot", "retry", "catch_up", "manual", "start", "call"])
    }

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
            .standing(.init(job: 4, failures: 0, isFailing: false, isLate: true, alerts: 941)),
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

    private static let wordsOfHistory = 4

    /// As an earlier version has written it, without the last words; `nil`: none has.
    private func earlier(_ record: LedgerRecord, without words: Int) -> LedgerRecord? {
        switch record {
        case .job(var job) where words == 1 || words == 1 + Self.wordsOfHistory:
            job.standing.alerts = 0
            if words > 1 { job.history = RunPolicy.History() }
            return .job(job)
        case .standing(var standing) where words == 1:
            standing.alerts = 0
            return .standing(standing)
        default: return nil
        }
    }

    @Test("A job comes with what its entry says is kept of it, but for texts that never come")
    func history() {
        guard case .job(var job) = LedgerRecord.Kind(rawValue: 2)?.blank else { return #expect(Bool(false)) }
        (job.history.runs, job.history.age, job.history.output) = (50, .seconds(3_600), .all)
        #expect(LedgerRecord(LedgerRecord.job(job).frame) == .job(job))
        let frame = LedgerRecord.job(job).frame
        #expect(frame.count <= frame.words.count)
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
            #expect(LedgerRecord(frame) == earlier(record, without: whole.count - count), "\(count) of \(whole.count)")
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

    @Test("A booking is written as its record would be")
    func bookings() throws {
        var random = SystemRandomNumberGenerator()
        let now = Moment(monotonic: MonotonicInstant(nanoseconds: 5_000_000), wall: Self.moment)
        func number() -> Int64 { .random(in: 0...1_000_000, using: &random) }
        func optional() -> Int64? { Bool.random(using: &random) ? number() : nil }
        for _ in 0..<2_000 {
            let clock: ScheduleClock = Bool.random(using: &random) ? .wall : .monotonic
            var run = Booking.Run(
                number: number(), attempt: Int.random(in: 1...3, using: &random),
                call: optional().map { Bool.random(using: &random) ? $0 : -1 - $0 },
                began: WallInstant(nanoseconds: number()), lateness: Nanoseconds(number()),
                duration: Nanoseconds(number()), text: "text \(number())", fullLength: optional(), code: optional())
            run.end.isFinal = Bool.random(using: &random)
            let booking = Booking(
                first: optional().map { SlotInstant(nanoseconds: $0) },
                last: optional().map { SlotInstant(nanoseconds: $0) }, count: number(),
                outcome: try #require(Outcome.allCases.randomElement(using: &random)),
                reason: Bool.random(using: &random) ? Booking.Reason.allCases.randomElement(using: &random) : nil,
                run: Bool.random(using: &random) ? run : nil, retryAfter: optional().map { Nanoseconds($0) })
            let frame = LedgerRecord.frame(of: booking, 7, clock, at: now)
            guard case .booking(let booked) = LedgerRecord(frame) else {
                Issue.record("no booking: \(booking)")
                return
            }
            let again = LedgerRecord.booking(booked).frame
            #expect(frame.count == again.count && frame.texts == again.texts)
            for index in 0..<frame.count { #expect(frame.words[index] == again.words[index], "word \(index)") }
            #expect(booked.job == 7 && booked.at == now.wall && booked.count == booking.count)
            #expect(booked.first == booking.first.map { now.wall(of: $0, on: clock) })
            #expect(booked.last == booking.last.map { now.wall(of: $0, on: clock) })
            #expect(booked.outcome == booking.outcome && booked.reason == booking.reason)
            #expect(booked.isGivenUp == booking.isGivenUp && booked.run?.number == booking.run?.number)
            #expect(booked.run?.text == booking.run?.end.text && booked.run?.code == booking.run?.end.code)
            #expect(booked.run?.began == booking.run?.began && booked.run?.duration == booking.run?.duration)
            #expect(booked.run?.lateness == booking.run?.lateness && booked.run?.attempt == booking.run?.attempt)
            #expect(booked.run?.fullLength == booking.run?.end.fullLength)
            if booking.run != nil { #expect(booked.run?.retryAfter == booking.retryAfter) }
        }
    }
}
