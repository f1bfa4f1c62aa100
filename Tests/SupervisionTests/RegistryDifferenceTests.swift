import Clocks
import Model
import Schedules
import Supervision
import Testing
import Values

@Suite("The difference between two registries")
struct RegistryDifferenceTests {
    private func names(_ jobs: [JobDefinition]) -> [String] { jobs.map { String($0.id.name) } }

    @Test("is what came, what went and what became another job, in the order of their registry")
    func difference() {
        let old = ["e", "d", "c", "b", "a"].map { definition($0) }
        let new = [definition("z"), definition("a"), definition("c", interval: .seconds(5)), definition("y")]
        let difference = RegistryDifference(from: old, to: new)
        #expect(names(difference.added) == ["z", "y"])
        #expect(names(difference.changed) == ["c"])
        #expect(names(difference.unchanged) == ["a"])
        #expect(difference.removed.map(\.description) == ["app:e", "app:d", "app:b"])
    }

    @Test("is nothing between equal ones, and everything from or to an empty one")
    func ends() {
        let jobs = [definition("a"), definition("b")]
        let none = RegistryDifference(from: jobs, to: jobs)
        #expect(none.added.isEmpty && none.changed.isEmpty && none.removed.isEmpty)
        #expect(names(RegistryDifference(from: [], to: jobs).added) == ["a", "b"])
        #expect(RegistryDifference(from: jobs, to: []).removed.count == 2)
    }

    @Test("is not made by an entry that moved within its file, whose new place is kept")
    func moved() {
        var moved = definition("a")
        moved.location.line = 99
        let difference = RegistryDifference(from: [definition("a")], to: [moved])
        #expect(difference.unchanged.map(\.location.line) == [99])
        #expect(difference.changed.isEmpty)
    }

    @Test("is made by anything that the worker does by")
    func changes() {
        let changes: [(String, (inout JobDefinition) -> Void)] = [
            ("function", { $0.function = .swift(name: "other", program: nil) }),
            ("source", { $0.sourceVersion = "2" }), ("interval", { $0.schedule.rule = .interval(.seconds(11)) }),
            ("interval's text", { $0.schedule.text = "10000ms" }), ("file", { $0.location.file = "other.yaml" }),
            ("at_start", { $0.schedule.runsAtStart = true }), ("jitter", { $0.schedule.jitter = .seconds(1) }),
            ("splay", { $0.schedule.splay = .seconds(1) }),
            ("starts_at", { $0.schedule.startsAt = WallInstant(seconds: 1) }),
            ("ends_at", { $0.schedule.endsAt = WallInstant(seconds: 1) }),
            ("zone", { $0.schedule.zone = ZoneName(name: "UTC", file: "") }),
            ("meta", { $0.meta["comment"] = .string("x") }), ("data", { $0.data["args"] = .int(1) }),
            ("lifecycle", { $0.lifecycle.stopTimeout = .seconds(1) }),
            ("restart", { $0.lifecycle.restart.maxAttempts = 9 }),
        ]
        for (what, change) in changes {
            var changed = definition("a")
            change(&changed)
            let difference = RegistryDifference(from: [definition("a")], to: [changed])
            #expect(names(difference.changed) == ["a"], "\(what)")
            #expect(difference.unchanged.isEmpty, "\(what)")
        }
    }
}
