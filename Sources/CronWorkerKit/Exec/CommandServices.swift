package import Kernel

/// Which of its two outputs a command wrote to.
package enum CommandStreamName: String, Hashable, Sendable {
    case output = "stdout"
    case error = "stderr"
}

/// What a worker goes on doing while a command runs, and where its output goes.
package struct CommandServices {
    /// The control pipe, as long as the daemon has not closed it.
    package var control: () -> PollHandle?
    /// Called when there is something in the control pipe.
    package var onControl: () throws -> Void
    /// The report pipe.
    package var reports: PollHandle
    /// Sends reports that were kept, and returns whether all are gone.
    package var flush: () -> Bool
    /// Takes a line to be logged, without its newline, and how many of its bytes were cut off. Returns whether there
    /// was room for it; if not, it is offered once more when there is room in the report pipe.
    package var line: (CommandStreamName, UnsafeRawBufferPointer, _ cut: Int) -> Bool
    /// Lines that are not logged, and their bytes.
    package var dropped: (_ lines: Int, _ bytes: Int) -> Void
    /// Of the run; `nil`: none.
    package var limit: CommandLimit?

    package init(
        control: @escaping () -> PollHandle?, onControl: @escaping () throws -> Void, reports: PollHandle,
        flush: @escaping () -> Bool, line: @escaping (CommandStreamName, UnsafeRawBufferPointer, Int) -> Bool,
        dropped: @escaping (Int, Int) -> Void, limit: CommandLimit? = nil
    ) {
        (self.control, self.onControl) = (control, onControl)
        (self.reports, self.flush) = (reports, flush)
        (self.line, self.dropped, self.limit) = (line, dropped, limit)
    }
}
