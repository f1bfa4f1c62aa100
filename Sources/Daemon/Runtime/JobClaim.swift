import Clocks
import Kernel
import Supervision
import Values

/// What came of the wish to start a job's worker.
enum JobClaim {
    /// It may start. `swept`: how many processes were left of workers of a previous life.
    case granted(JobLock, swept: Int)
    /// It may not, and this is what the supervision is told.
    case refused(Event)
}

extension RuntimeDirectory {
    /// Asks for the right to be the job's only worker.
    func claim(_ id: EntryID, at now: MonotonicInstant) -> JobClaim {
        do throws(SystemError) {
            guard let lock = try locks.take(id) else {
                let holder = locks.holder(of: id)
                return .refused(
                    .occupied(by: holder?.pid, holder?.hasOtherDaemon ?? false ? .otherDaemon : .previousWorker))
            }
            guard locks.hasJustBecomeFree(id) else { return .granted(lock, swept: 0) }
            // What the worker before has left in other sessions must not go on while the next one runs. One look at all
            // processes serves all workers that have ended.
            guard now >= nextSweep else { return .refused(.spawnDeferred(until: nextSweep)) }
            nextSweep = now + Self.sweepInterval
            return .granted(lock, swept: (try? sweep()) ?? 0)
        } catch {
            // A full or missing directory is no fault of the job's.
            return .refused(.spawnFailed("the job's lock: \(error)", isShortage: true))
        }
    }

    /// Sends SIGTERM to the worker of a previous life that holds the job's lock, which passes it on to a command.
    func terminateHolder(of id: EntryID) { ownHolder(of: id)?.send(.terminate) }

    /// Kills the worker of a previous life that holds the job's lock, with all that it has started.
    func killHolder(of id: EntryID) { ownHolder(of: id)?.killTree() }

    func holderPID(of id: EntryID) -> ProcessID? { ownHolder(of: id)?.pid }

    private func ownHolder(of id: EntryID) -> ProcessIdentity? {
        locks.holder(of: id).flatMap { $0.hasOtherDaemon ? nil : $0 }
    }
}

extension ProcessIdentity {
    /// Where locks were lost, another cronsupd may run the same job, and it alone ends its workers.
    var hasOtherDaemon: Bool {
        guard let parent = ProcessTable.row(pid)?.parent, parent != ThisProcess.id else { return false }
        return ProcessTable.name(of: parent) == ProcessTable.name(of: ThisProcess.id)
    }
}
