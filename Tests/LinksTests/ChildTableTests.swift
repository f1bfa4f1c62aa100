import Kernel
import Testing

@testable import Links

@Suite("The table of children")
struct ChildTableTests {
    private final class PlayedChildren {
        var exited: [ProcessID: Kernel.ExitStatus] = [:]
        private(set) var collected: [ProcessID] = []

        var machine: Machine {
            var machine = Machine()
            machine.peekExited = { self.exited.keys.min() }
            machine.collect = { pid throws(SystemError) in
                guard let status = self.exited.removeValue(forKey: pid) else {
                    throw SystemError("waitpid", "process \(pid)", code: 10)
                }
                self.collected.append(pid)
                return status
            }
            return machine
        }
    }

    private let kernel = PlayedChildren()

    @Test("tells each owner of its child while the number is the child's own, then collects it, then tells its status")
    func order() throws {
        let children = ChildTable<String>(kernel.machine)
        (children[11], children[12]) = ("one", "two")
        kernel.exited = [11: .exited(code: 3), 99: .exited(code: 0)]
        var told: [String] = []
        try children.reap { pid, owner in
            told.append("\(pid) \(owner ?? "nobody") \(kernel.collected.count)")
            return { status in told.append("\(status) \(kernel.collected.count) \(children[pid] ?? "gone")") }
        }
        #expect(told == ["11 one 0", "exit 3 1 gone", "99 nobody 1", "exit 0 2 gone"])
        #expect(children.all == [12: "two"])
    }

    @Test("can give the number of a child to the next one as soon as it is collected")
    func reuse() throws {
        let children = ChildTable<String>(kernel.machine)
        children[11] = "first"
        kernel.exited = [11: .exited(code: 0)]
        try children.reap { pid, _ in { _ in children[pid] = "second" } }
        #expect(children[11] == "second")
    }
}
