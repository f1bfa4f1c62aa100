import Clocks
import Kernel
import Wire

/// The pipes to and from the daemon, for code that waits for something else meanwhile: a run must not keep the
/// worker from answering.
struct DaemonLink {
    let control: ControlChannel
    let reports: ReportChannel

    /// Adds up to two descriptors.
    func add(to poll: inout Poll) {
        if !control.isClosed { poll.add(control.pollHandle, for: .read) }
        if !reports.flush() { poll.add(reports.pollHandle, for: .write) }
    }

    /// `first`: the number of the first descriptor that `add` added to the poll.
    func serve(_ poll: Poll, first: Int) throws(LinkTrouble) {
        guard !control.isClosed, poll.isReady(first) else { return }
        try serveControl()
    }

    /// Waits until the daemon has taken what a command has left; `patience` at most.
    func waitForMove(_ patience: Nanoseconds) throws {
        // An answer to an earlier report may have come late.
        control.isMoved = false
        let end = Clock.monotonic() + patience
        while !control.isMoved, !control.isClosed, Clock.monotonic() < end {
            var poll = Poll()
            add(to: &poll)
            try poll.wait(max(end - Clock.monotonic(), .zero))
            try serve(poll, first: 0)
        }
    }

    /// Takes what has come in the control pipe.
    func serveControl() throws(LinkTrouble) {
        do {
            try control.receive { command in
                switch command {
                case .ping(let token): reports.send(.pong(token: token))
                // There is a run already. A run that a person asks for in a terminal is not kept.
                case .run(let run): if run != Command.Run() { control.postpone(run) }
                case .moved: control.isMoved = true
                case .pass(let through): control.postpone(passThrough: through)
                case .ask(let asks):
                    control.postpone(asking: asks)
                    reports.send(.asked(asks))
                case .skip, .definition, .values, .event: break
                }
            }
        } catch {
            throw LinkTrouble(cause: error)
        }
    }
}

/// The daemon cannot be understood any more: no failure of the run, but the worker's end.
struct LinkTrouble: Error {
    let cause: any Error
}
