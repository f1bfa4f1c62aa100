import Host
package import Kernel
package import Wire

/// Why a daemon could not be asked, or does not do what it was asked.
package enum DaemonFailure: Error, CustomStringConvertible {
    case absent(registry: String)
    case several([String])
    /// There may be some, and this user may not look into the places where they would be.
    case hidden(places: [String], String)
    /// The directory is not open to this user.
    case closed(registry: String)
    case refused(ControlAnswer.Refused)
    /// There is none of what was asked for, as these words say.
    case nothing(String)
    /// The daemon keeps none, or it is being started again.
    case noLedger(registry: String)
    case silent
    /// It has ended, or has ended the connection.
    case gone
    /// Of a run that has begun.
    case unknownEnd(String)
    /// It was not waited for any longer.
    case timedOut
    /// Ctrl-C: what becomes of the run.
    case interrupted(String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .absent(let registry): "no cronsupd is running for \(registry)"
        case .several(let daemons):
            "several cronsupd are running; expected --registry or --daemon with one of "
                + daemons.joined(separator: ", ")
        case .hidden(let places, let wanted):
            "no cronsupd is running for \(wanted), and this user may not look for others in "
                + places.joined(separator: ", ") + "; expected --registry with that of the one that is meant"
        case .closed(let registry):
            "this user may not ask the cronsupd of \(registry); expected root, its own user, or a member of the groups "
                + "that its --operators and --observers name"
        case .refused(let refused): refused.error
        case .noLedger(let registry): "the cronsupd of \(registry) has no ledger that could be asked"
        case .silent: "cronsupd does not answer; it is stopped, or its machine is overloaded"
        case .gone: "cronsupd has closed the connection"
        case .unknownEnd(let what), .interrupted(let what), .nothing(let what): what
        case .timedOut: "the time is over, and no run has ended"
        case .system(let error): error.description
        }
    }

    package var exitCode: Int32 {
        switch self {
        case .absent, .hidden: ExitCode.noDaemon
        case .several, .closed: ExitCode.wrongInput
        case .refused(let refused):
            [.denied, .malformed, .registry].contains(refused.code) ? ExitCode.wrongInput : ExitCode.refused
        case .noLedger: ExitCode.refused
        case .nothing: ExitCode.nothingFound
        case .unknownEnd: ExitCode.unknownEnd
        case .timedOut: ExitCode.timedOut
        case .interrupted: ExitCode.interrupted
        case .silent, .gone, .system: ExitCode.systemFailure
        }
    }
}

extension DaemonFailure {
    /// The daemon has gone away. The next one may do better.
    var isOfOneLife: Bool {
        switch self {
        case .gone, .system, .absent: true
        case .refused(let refused): refused.code == .stopping
        case .several, .hidden, .closed, .nothing, .noLedger, .silent, .unknownEnd, .timedOut, .interrupted: false
        }
    }

    /// This user may not ask it.
    var isDenial: Bool {
        switch self {
        case .system(let error): error.isDenied
        case .refused(let refused): refused.code == .denied
        default: false
        }
    }

    /// The daemon has gone, or does not answer, and may be there at the next look.
    package var isPassing: Bool {
        if case .silent = self { return true }
        return isOfOneLife
    }

    /// Says all of the run that there is to say.
    var isFinal: Bool {
        switch self {
        case .timedOut, .interrupted, .unknownEnd: true
        default: false
        }
    }

    /// The run is not going.
    var isIdle: Bool { if case .refused(let refused) = self { refused.code == .idle } else { false } }
}
