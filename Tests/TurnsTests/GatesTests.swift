import Model
import Testing
import Turns

@Suite("The gates of a job's runs")
struct GatesTests {
    private func gates() -> Gates {
        var policy = RunPolicy()
        policy.concurrency = RunPolicy.Concurrency(group: "g", max: 1)
        return Gates(policy)
    }

    @Test("are open where there is no group, and ask nobody twice")
    func asking() {
        #expect(Gates(RunPolicy()).areOpen)
        var gates = gates()
        #expect(!gates.areOpen && gates.permit == .none)
        #expect(gates.ask() == true && gates.permit == .asked)
        #expect(gates.ask() == false && gates.permit == .asked)
    }

    @Test("let in whom they have asked for, and nobody else")
    func admission() {
        var gates = gates()
        #expect(gates.admit() == false && gates.permit == .none)
        _ = gates.ask()
        #expect(gates.admit() == true && gates.permit == .held)
        #expect(gates.admit() == false && gates.permit == .held)
        #expect(gates.ask() == false && gates.permit == .held)
    }

    @Test("give back once what they were given or asked for")
    func givingBack() {
        var gates = gates()
        #expect(gates.giveBack() == false)
        _ = gates.ask()
        #expect(gates.giveBack() == true && gates.permit == .none)
        #expect(gates.giveBack() == false)
        _ = gates.ask()
        _ = gates.admit()
        #expect(gates.giveBack() == true && gates.permit == .none)
    }
}
