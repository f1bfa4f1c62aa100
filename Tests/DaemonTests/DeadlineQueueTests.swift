import Clocks
import Testing

@testable import Daemon

@Suite("The queue of deadlines")
struct DeadlineQueueTests {
    private static func at(_ nanoseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    /// The jobs that come up, those whose deadline has moved as well.
    private func pop(_ queue: inout DeadlineQueue, at now: Int64) -> [Int] {
        var jobs: [Int] = []
        while let due = queue.popDue(at: Self.at(now)) { jobs.append(due.job) }
        return jobs
    }

    @Test("brings the jobs up in the order of their moments, and of the registry where these are the same")
    func order() {
        var queue = DeadlineQueue()
        for (index, start) in [30, 10, 20, 10, 10].enumerated() {
            queue.schedule(job(index, start: Self.at(Int64(start))))
        }
        #expect(queue.next == Self.at(10))
        #expect(pop(&queue, at: 9) == [])
        #expect(pop(&queue, at: 20) == [1, 3, 4, 2])
        #expect(queue.next == Self.at(30))
        #expect(pop(&queue, at: 100) == [0])
        #expect(queue.next == nil)
    }

    @Test("has nothing for a job without a deadline, and no second entry for one with the same")
    func entries() {
        var queue = DeadlineQueue()
        queue.schedule(job(0, start: .distantFuture))
        #expect(queue.next == nil)
        let job = job(1, start: Self.at(5))
        queue.schedule(job)
        queue.schedule(job)
        job.setDeadline(Self.at(7))
        queue.schedule(job)
        #expect(pop(&queue, at: 100) == [1])
    }

    @Test("brings a job up at an earlier moment if its deadline moves there")
    func earlier() {
        var queue = DeadlineQueue()
        let job = job(0, start: Self.at(50))
        queue.schedule(job)
        job.setDeadline(Self.at(20))
        queue.schedule(job)
        #expect(queue.next == Self.at(20))
        let first = queue.popDue(at: Self.at(60))
        #expect(first?.instant == job.scheduledAt)
        // What was there for the later moment comes up too, and is known by its moment as nobody's.
        let second = queue.popDue(at: Self.at(60))
        #expect(second?.instant == Self.at(50) && second?.instant != job.scheduledAt)
    }

    @Test("holds on request no more than an entry for each job, however often deadlines moved to and fro")
    func prune() {
        var queue = DeadlineQueue()
        let jobs = (0..<3).map { job($0, start: Self.at(1_000_000 + Int64($0))) }
        for job in jobs { queue.schedule(job) }
        for moment in 1...100 as ClosedRange<Int64> {
            jobs[1].setDeadline(Self.at(moment))
            queue.schedule(jobs[1])
            #expect(pop(&queue, at: moment) == [1])
            jobs[1].scheduledAt = .distantFuture
            jobs[1].setDeadline(Self.at(1_000_001))
            queue.schedule(jobs[1])
        }
        #expect(queue.count > 100)
        queue.prune { $0 == 2 ? nil : jobs[$0].scheduledAt }
        #expect(queue.count == 2)
        #expect(pop(&queue, at: 2_000_000) == [0, 1])
    }

    @Test("fires what a sorted list would, however the deadlines move")
    func model() {
        var random = SystemRandomNumberGenerator()
        var queue = DeadlineQueue()
        let jobs = (0..<50).map { job($0, start: Self.at(Int64($0 * 3 % 70))) }
        for job in jobs { queue.schedule(job) }
        for now in stride(from: Int64(0), to: 5_000, by: 7) {
            for job in jobs.shuffled(using: &random).prefix(5) {
                job.setDeadline(Self.at(now + Int64.random(in: 1...90, using: &random)))
                queue.schedule(job)
            }
            let expected = jobs.filter { $0.deadline <= Self.at(now) }.map(\.index)
            let fired = fire(&queue, jobs, now: now)
            #expect(fired.sorted() == expected)
            for index in fired { jobs[index].setDeadline(Self.at(now + Int64.random(in: 1...90, using: &random))) }
            for index in fired { queue.schedule(jobs[index]) }
            #expect(jobs.allSatisfy { $0.scheduledAt <= $0.deadline })
        }
    }

    /// As the pool does it: the jobs whose time it is. One that came up too early is put back.
    private func fire(_ queue: inout DeadlineQueue, _ jobs: [Job], now: Int64) -> [Int] {
        var fired: [Int] = []
        while let (index, instant) = queue.popDue(at: Self.at(now)) {
            let job = jobs[index]
            guard job.scheduledAt == instant else { continue }
            job.scheduledAt = .distantFuture
            if job.deadline <= Self.at(now) { fired.append(index) } else { queue.schedule(job) }
        }
        return fired
    }
}
