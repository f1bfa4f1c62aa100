import Clocks
import Model
import TestSupport
import Testing
import Turns
import Wire

@testable import Supervision

@Suite("A run that somebody asks for")
struct ManualRunTests {
    private let order = Effect.send(.run(.init(call: -1)))

    private func failed(_ text: String) -> Report {
        .end(
            .init(
                run: 1, slot: Rig.slot, next: Rig.next, lateness: .zero, duration: .seconds(1), outcome: .failed,
                text: text))
    }

    private func manual(_ number: Int64) -> Event {
        .report(.begin(.init(run: number, slot: nil, next: Rig.next, lateness: .zero, call: -1)))
    }

    @Test("begins at once beside the slots, and what it comes to is no outcome of a slot and no failure of the job")
    func besides() {
        var job = definition()
        job.policy.retry = .init()
        var rig = Rig(.idle, job)
        rig.send(.call(event: nil))
        #expect(rig.effects == [order] && rig.supervisor.orders.awaitsManualRun)
        rig.send(manual(1))
        #expect(rig.supervisor.phase.run?.isManual == true && !rig.supervisor.orders.awaitsManualRun)
        rig.send(.report(end(run: 1, slot: nil, .failed)))
        #expect(
            rig.effects.contains { if case .book(let booking) = $0 { booking.run?.isManual == true } else { false } })
        #expect(rig.supervisor.books.total == 0 && rig.supervisor.standing.failures == 0)
        #expect(rig.supervisor.orders.pending == nil && rig.supervisor.books.lastRun == nil)
    }

    @Test("waits for the job's group as the runs of its slots do, and makes room at its end")
    func group() {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1, wait: .seconds(1))
        var rig = Rig(.idle, job)
        rig.send(.call(event: nil))
        #expect(rig.effects == [.askForPermit])
        #expect(rig.supervisor.phase.deadline == .distantFuture)
        rig.send(.permitted)
        #expect(rig.effects == [order])
        rig.send(manual(1))
        #expect(rig.supervisor.phase.run?.isManual == true)
        rig.send(.report(end(run: 1, slot: nil)))
        #expect(rig.effects.last == .returnPermit)
    }

    @Test("comes after the slot that comes due while it waits for the group")
    func slotFirst() {
        var job = definition(ScheduleClock.monotonic.schedule)
        job.policy.concurrency = .init(group: "db", max: 1)
        var rig = Rig(.idle, job)
        rig.send(.call(event: nil))
        rig.send(.report(.due(slot: Rig.slot)))
        rig.send(.permitted)
        #expect(rig.effects == [.send(.run(.init(slot: Rig.slot)))])
        rig.send(.report(begin(run: 1, slot: Rig.slot)))
        rig.send(.report(end(run: 1, slot: Rig.slot)))
        #expect(rig.effects.contains(.askForPermit) && rig.supervisor.orders.awaitsManualRun)
    }

    @Test(
        "is known with all else that is open, and what the last run of a slot came to, by the next life of the daemon")
    func fullRecord() {
        var job = definition(maxAttempts: 0)
        var retry = RunPolicy.Retry()
        retry.delays.jitter = 0
        job.policy.retry = retry
        var rig = Rig(.running, job)
        let text = String(repeating: "é", count: 100)
        rig.send(.report(failed(text)))
        rig.send(.call(event: nil))
        rig.send(.report(.begin(.init(run: 2, slot: nil, next: Rig.next, lateness: .zero, call: -1))))
        let owing = JobRecord(RecordRowCopy.of(JobRecord(rig.supervisor)))
        #expect(owing.run?.isManual == true && owing.last == nil)
        #expect(owing.owed?.before.run?.end.text == String(repeating: "é", count: 56))
        var plain = Rig(.running, definition(maxAttempts: 0))
        plain.send(.report(failed(text)))
        let record = JobRecord(RecordRowCopy.of(JobRecord(plain.supervisor)))
        #expect(record.last?.outcome == .failed && record.last?.last == Rig.slot && record.last?.run?.number == 1)
        #expect(record.last?.run?.end.text == String(repeating: "é", count: 56))
        #expect(record.last?.run?.end.fullLength == 200)
    }

    @Test("is known as one by the next life of the daemon")
    func record() {
        var rig = Rig(.idle)
        rig.send(.call(event: nil))
        rig.send(manual(1))
        let record = JobRecord(RecordRowCopy.of(JobRecord(rig.supervisor)))
        #expect(record.run?.isManual == true && record.run?.number == 1)
    }
}

enum RecordRowCopy {
    static func of(_ record: JobRecord) -> RecordRow {
        let row = record.makeRow()
        return RecordRow(row.words, text: row.text)
    }
}
