package import Clocks
package import Kernel

/// The calls by which a program with a loop learns of time and of its children, and ends them. A test puts others in their place and
/// plays the kernel.
package struct Machine {
    package var moment: () -> Moment = Clock.moment
    /// As `Poller.wait`.
    package var wait: (inout Poller, _ milliseconds: Int32, inout [Poller.Readiness]) throws(SystemError) -> Bool = {
        poller, milliseconds, ready throws(SystemError) in try poller.wait(milliseconds: milliseconds, into: &ready)
    }
    package var peekExited: () -> ProcessID? = { Children.peekExited() }
    package var hasExited: (ProcessID) throws(SystemError) -> Bool = Children.hasExited
    package var collect: (ProcessID) throws(SystemError) -> ExitStatus = Children.collect
    package var signalGroup: (ProcessID, Signal) -> Void = Children.signalGroup
    /// Returns whether there was something to send it to.
    package var signalRun: (ProcessID, Int32, _ isCommand: Bool) -> Bool = { worker, number, isCommand in
        isCommand ? RunSignal.send(number, toCommandOf: worker) : RunSignal.send(number, toGroupOf: worker)
    }
    package var killDescendants: (ProcessID) -> Void = { ProcessSweep.kill(descendantsOf: $0) }
    package var killSessions: (Set<ProcessID>) throws(SystemError) -> Int = ProcessSweep.kill(sessions:)

    package init() {}

    package var now: MonotonicInstant { moment().monotonic }
}
