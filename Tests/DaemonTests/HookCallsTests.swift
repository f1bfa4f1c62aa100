import Model
import Supervision
import Testing
import Values

@testable import Daemon

@Suite("Calls of hooks")
struct HookCallsTests {
    private let hook = EntryID("app:alert")!
    private let job = EntryID("app:job")!

    @Test("are known until they have ended, and those before them with them")
    func ends() {
        var calls = HookCalls()
        let (failure, recovery) = (
            HookCalls.Notice(entry: job, alert: .failure), HookCalls.Notice(entry: job, alert: .recovery)
        )
        calls.note(failure, call: 1, of: hook)
        calls.note(recovery, call: 2, of: hook)
        calls.note(failure, call: 3, of: hook)
        calls.note(.init(entry: job, alert: []), call: 4, of: hook)
        #expect(calls.takeAll(through: 1, of: hook) == [failure])
        #expect(calls.include(failure) && calls.include(recovery))
        // The report of the second one was lost.
        #expect(calls.takeAll(through: 3, of: hook) == [recovery, failure])
        #expect(!calls.include(failure) && !calls.isEmpty)
        #expect(calls.takeAll(through: 4, of: hook) == [.init(entry: job, alert: [])] && calls.isEmpty)
        calls.note(failure, call: 1, of: hook)
        calls.forget(hook)
        #expect(calls.isEmpty && calls.takeAll(through: 9, of: hook) == [])
    }

    @Test("wait until all jobs are there")
    func early() throws {
        let play = try PlayedPool()
        play.pool.earlyCalls = []
        play.pool.add(definition("app:job"))
        let job = try #require(play.pool.jobsByID[job])
        play.pool.call(hook, .failure, with: Value.Map([("event", .string("failure"))]), for: job)
        #expect(try play.records("Calling function") == [] && play.records("Calls dropped") == [])
        play.pool.add(definition("app:alert"))
        play.pool.makeEarlyCalls()
        #expect(try play.records("Calling function").count == 1)
        #expect(play.pool.hookCalls.include(.init(entry: job.definition.id, alert: .failure)))
    }
}
