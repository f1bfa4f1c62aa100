package import Kernel
package import Wire

/// What a worker goes on doing while a command runs, and where its output goes.
package protocol CommandServices {
    /// The control pipe, as long as the daemon has not closed it.
    var control: PollHandle? { get }
    /// The report pipe.
    var reports: PollHandle { get }
    /// Of the run; `nil`: none.
    var limit: CommandLimit? { get }

    /// Called when there is something in the control pipe.
    func serveControl() throws

    /// Sends reports that were kept, and returns whether all are gone.
    func flush() -> Bool

    /// Takes a line to be logged, without its newline. `cut`: how many of its bytes were cut off. Returns whether there was
    /// room for it; if not, it is offered once more when there is room in the report pipe.
    func take(_ line: UnsafeRawBufferPointer, cut: Int, from stream: Report.Output.Stream) -> Bool

    /// So many processes that the command had left were killed. `program`: the name of the first one's.
    func killed(_ count: Int, program: String)

    /// So many processes that the command has left go on. Returns when they are out of the next one's way.
    func left(_ count: Int, program: String)

    /// These are not logged.
    func lose(lines: Int, bytes: Int)
}
