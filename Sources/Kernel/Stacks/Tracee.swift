internal import CLinux
internal import Clocks
internal import Glibc

/// A thread that this process has attached itself to, by ptrace(2), from the thread that calls.
struct Tracee {
    let thread: ProcessID
    /// It stands still, or it has died meanwhile and was collected.
    private var state = State.running
    /// What it was about to get when it stopped.
    private var signal: Int32 = 0

    private enum State { case running, halted, gone }

    /// Asks it to stand still.
    init(_ thread: ProcessID) throws(SystemError) {
        self.thread = thread
        try systemCall("ptrace", "thread \(thread)") { clinux_seize(thread) }
        // It can only have died meanwhile.
        _ = clinux_interrupt(thread)
    }

    /// Waits until all stand still, for so long at most. Returns whether they do.
    static func halt(_ tracees: inout [Tracee], patience: Nanoseconds) -> Bool {
        let end = Clock.monotonic() + patience
        while true {
            for index in tracees.indices { tracees[index].look() }
            let isDone = tracees.allSatisfy { $0.state != .running }
            if isDone || Clock.monotonic() >= end { return isDone }
            usleep(200)
        }
    }

    mutating func look() {
        guard state == .running else { return }
        switch unsafe clinux_has_stopped(thread, &signal) {
        case 0: break
        case 1: state = .halted
        default: state = .gone
        }
    }

    func registers() throws(SystemError) -> Registers {
        var values = [UInt64](repeating: 0, count: Int(CLINUX_REGISTERS))
        let thread = thread
        try systemCall("ptrace", "thread \(thread)") { unsafe clinux_registers(thread, &values) }
        return Registers(values: values)
    }

    /// Returns whether it is free again: one that does not stand still yet cannot be.
    func letGo() -> Bool {
        if state == .halted { _ = clinux_detach(thread, signal) }
        return state != .running
    }
}

/// In the order of DWARF (System V ABI, AMD64 supplement).
struct Registers: Hashable {
    var values: [UInt64]

    static let count = 17
    static let framePointer = 6
    static let stackPointer = 7
    static let returnAddress = 16

    subscript(_ number: Int) -> UInt64 {
        get { values[number] }
        set { values[number] = newValue }
    }
}
