import Clocks
import Model
import Schedules
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Supervision

@Suite("Pings and reminders")
struct PingTests {
    private func rig(_ change: (inout RunPolicy) -> Void) -> Rig {
        var job = definition()
        change(&job.policy)
        return Rig(.idle, job)
    }

    /// Runs the slot that comes next.
    private func run(_ rig: inout Rig, _ outcome: Outcome) -> [Effect] {
        let number = rig.supervisor.runs + 1
        let slot: SlotInstant = at(985 + 10 * number)
        rig.now = MonotonicInstant(nanoseconds: slot.nanoseconds)
        rig.send(.report(begin(run: number, slot: slot)))
        let begin = rig.effects
        rig.send(.report(end(run: number, slot: slot, outcome, next: slot + .seconds(10))))
        return begin + rig.effects
    }

    @Test("are made as a run begins and ends, with the number of the run, and are not told again")
    func runs() throws {
        var rig = rig { $0.hooks.ping = .init(url: "http://h/") }
        let calls = run(&rig, .failed).compactMap { effect -> (EntryID, Value.Map)? in
            guard case .call(let function, let alert, let event) = effect, alert.isEmpty else { return nil }
            return (function, event)
        }
        #expect(calls.map { $0.0.description } == ["cronsupd:ping", "cronsupd:ping"])
        #expect(calls.map { $0.1["event"]?.string } == ["start", "failure"])
        #expect(calls.allSatisfy { $0.1["run"] == .int(1) && $0.1["url"] == .string("http://h/") })
        #expect(rig.supervisor.standing.untold.isEmpty)
    }

    @Test("are made of each attempt as it begins, and of the slot as it ends")
    func attempts() {
        var rig = rig {
            $0.hooks.ping = .init(url: "http://h/", function: alert)
            $0.retry = .init()
        }
        #expect(run(&rig, .failed).calls.map { $0["event"]?.string } == ["start"])
        rig.fireDeadline()
        let slot: SlotInstant = at(995)
        rig.send(.report(begin(run: 2, slot: slot)))
        #expect(rig.effects.calls.map { $0["event"]?.string } == ["start"])
        rig.send(.report(end(run: 2, slot: slot, .ok, next: slot + .seconds(10))))
        #expect(rig.effects.calls.map { $0["event"]?.string } == ["success"])
    }

    @Test("of a run that ends well: each, or one that was too short for it")
    func ends() {
        var rig = rig {
            $0.hooks.onSuccess = alert
            $0.hooks.onShort = .call(alert, after: .seconds(1))
        }
        #expect(run(&rig, .ok).calls.map { $0["event"]?.string } == ["success", "short"])
        #expect(run(&rig, .failed).calls.isEmpty)
    }

    @Test("tell again and again of a job that goes on failing, until it recovers, and not in a pause")
    func reminders() {
        var rig = rig {
            $0.hooks.onFailure = alert
            $0.hooks.remind = .seconds(3)
        }
        #expect(run(&rig, .failed).calls.map { $0["reminder"] } == [nil])
        rig.now = rig.now + .seconds(3)
        rig.send(.deadline)
        let told = rig.effects.calls
        #expect(told.map { $0["reminder"] } == [.bool(true)] && told.first?["error"] == .string("done"))
        #expect(told.first?["incident"] == .int(1) && rig.supervisor.standing.untold == .failure)
        rig.send(.pause(true))
        rig.now = rig.now + .seconds(3)
        rig.send(.deadline)
        #expect(rig.effects.calls.isEmpty)
        rig.send(.pause(false))
        #expect(run(&rig, .ok).calls.isEmpty)
        rig.now = rig.now + .seconds(5)
        rig.send(.deadline)
        #expect(rig.effects.calls.isEmpty)
    }

    @Test("are thinned, but for an end that is another one than before")
    func thinned() {
        var times = PingTimes.none
        func admits(_ event: PingEvent, _ second: Int64) -> Bool {
            times.admit(event, every: .seconds(60), at: MonotonicInstant(nanoseconds: second * 1_000_000_000))
        }
        #expect(admits(.start, 1) && admits(.success, 2))
        #expect(!admits(.start, 31) && !admits(.success, 32))
        #expect(!admits(.start, 41) && admits(.failure, 42) && !admits(.failure, 43))
        #expect(admits(.success, 44))
        #expect(admits(.start, 61) && !admits(.success, 62) && admits(.success, 104))
    }

    @Test("thin nothing where the entry does not say it")
    func all() {
        var times = PingTimes.none
        let now = MonotonicInstant(nanoseconds: 5)
        #expect((0..<3).allSatisfy { _ in times.admit(.success, every: .zero, at: now) })
    }

    @Test("are for what a run comes to, and for none that is cut short")
    func outcomes() {
        let events = Outcome.allCases.map { PingEvent($0)?.rawValue ?? "-" }
        #expect(
            events == ["success", "failure", "failure", "failure", "failure", "-", "-", "-", "-"])
    }

    @Test("of programs that take no long events lack what these do not know")
    func shortened() throws {
        let event = #"{"event":"failure","entry":"a:b","error":"x","output":"long","host":"h","registry":"/r"}"#
        #expect(Notice.shortened(event) == #"{"event":"failure","entry":"a:b","error":"x"}"#)
        #expect(Notice.shortened("no JSON") == "no JSON")
    }
}
