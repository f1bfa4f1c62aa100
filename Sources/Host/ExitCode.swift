/// What a program ends with.
package enum ExitCode {
    /// Done.
    package static let success: Int32 = 0
    /// A search found nothing, as grep(1) has it.
    package static let nothingFound: Int32 = 1
    /// A registry is not what crontabs say, as diff(1) has it.
    package static let different: Int32 = 1
    /// A daemon does not do what it was asked.
    package static let refused: Int32 = 1
    /// A run that was asked for did not end ok.
    package static let notOk: Int32 = 2
    /// No daemon is running that could be asked.
    package static let noDaemon: Int32 = 3
    /// Nobody can say how a run ended that was asked for.
    package static let unknownEnd: Int32 = 4
    /// The time is over that somebody would wait, as timeout(1) has it.
    package static let timedOut: Int32 = 124
    /// Ctrl-C, as shells have it.
    package static let interrupted: Int32 = 130
    /// An import has left out lines.
    package static let incomplete: Int32 = 1
    /// A function that was run by itself has failed.
    package static let failedRun: Int32 = 1
    /// The user is wrong: the command line or the registry.
    package static let wrongInput: Int32 = 100
    /// The system failed, or a process was left behind.
    package static let systemFailure: Int32 = 111
}
