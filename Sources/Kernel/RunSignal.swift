internal import Glibc

/// A signal for what a worker runs. It is sent once, to whatever is there.
package enum RunSignal {
    /// To the process groups that children of the worker lead, which are its command's. Returns whether there is one.
    package static func send(_ number: Int32, toCommandOf worker: ProcessID) -> Bool {
        ProcessTable.children(of: worker).reduce(false) { isSent, child in
            // The process that has the number now is the one that is looked at and told below.
            guard let handle = try? ProcessHandle(child), ProcessTable.row(child)?.parent == worker,
                getpgid(child) == child
            else { return isSent }
            return withExtendedLifetime(handle) { kill(-child, number) == 0 } || isSent
        }
    }

    /// To the process group of the worker itself, which runs the function. It must be uncollected.
    package static func send(_ number: Int32, toGroupOf worker: ProcessID) -> Bool {
        worker > 1 && kill(-worker, number) == 0
    }
}

extension SignalName {
    /// Of `HUP`, `SIGHUP`, `hup` or `1`; `nil`: there is none of this name that could be sent to a run.
    package static func number(of text: String) -> Int32? {
        if let number = Int32(text) { return 1...31 ~= number ? number : nil }
        let name = text.uppercased()
        return (1...31).first { of($0) == name || of($0) == "SIG\(name)" }
    }
}
