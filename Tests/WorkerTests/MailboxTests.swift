import Jobs
import Kernel
import TestSupport
import Testing
import Values

@testable import CronWorkerKit

/// On the main actor: what waits for a task must not hold up the threads that tasks run on.
@MainActor
@Suite("The mailbox between an async function and the main thread")
struct MailboxTests {
    private let mailbox: Mailbox

    init() throws { mailbox = try Mailbox() }

    private func isReadable() throws -> Bool {
        var poll = Poll()
        poll.add(mailbox.pollHandle, for: .read)
        try poll.wait(.zero)
        return poll.isReady(0)
    }

    /// The next call. Waits for it.
    private func next() throws -> Mailbox.Call {
        while true {
            var poll = Poll()
            poll.add(mailbox.pollHandle, for: .read)
            try poll.wait(.seconds(60))
            if let call = try mailbox.take().first { return call }
        }
    }

    @Test("hands a call over, and its result or error back")
    func call() async throws {
        for error in [nil, JobError("no")] {
            let caller = Task.detached { [mailbox] in try await mailbox.call("a:b", [.int(1)]) }
            let call = try next()
            #expect(call.id == "a:b" && call.arguments == [.int(1)])
            if let error { call.reply.resume(throwing: error) } else { call.reply.resume(returning: .string("done")) }
            let result = await caller.result
            if error == nil {
                #expect(try result.get() == .string("done"))
            } else {
                #expect(throws: JobError("no")) { try result.get() }
            }
        }
    }

    @Test("wakes who waits at its pipe, however often it was woken before, and is quiet again when it was looked into")
    func wake() throws {
        #expect(try !isReadable())
        // More than a pipe holds: nobody may be held up by that.
        for _ in 0..<100_000 { mailbox.wake() }
        #expect(try isReadable())
        #expect(try mailbox.take().isEmpty)
        #expect(try !isReadable())
    }

    @Test("refuses the calls that nobody has made when the run is over, and all that come later")
    func close() async throws {
        let caller = Task.detached { [mailbox] in try await mailbox.call("a:early", []) }
        #expect(try eventually { try isReadable() })
        mailbox.close()
        await #expect(throws: JobError("'a:early' cannot be called any more: the run is over")) {
            try await caller.value
        }
        await #expect(throws: JobError("'a:late' cannot be called any more: the run is over")) {
            try await mailbox.call("a:late", [])
        }
        #expect(try mailbox.take().isEmpty)
    }
}
