import Clocks
import Host
package import Kernel
package import Links
import Logging
import Model
import Registry
import Schedules
import Supervision
import Values
import Wire

/// The daemon: one thread around one waiting point.
package final class Daemon {
    let configuration: Configuration
    let log: CronLog
    let loop: PollLoop
    private let signals: Box<SignalQueue>
    let children: ChildTable<Child>
    let machine: Machine
    let pool: WorkerPool
    let reloader: Reloader
    let programs: WorkerPrograms
    let registry: SharedRegistry
    let rights: ControlRights
    let runtime: RuntimeDirectory
    let locks: DaemonLocks
    let manager: ServiceManager
    private let clockWatch: ClockWatch
    let files: FileNews
    let zones: ZoneWatch
    /// `nil`: nothing is reloaded unasked.
    let watch: RegistryWatch?
    let keeper: RegistryKeeper?
    /// Of the start, until it has been told.
    private let refusal: Startup.Refusal?
    /// `nil`: the registry in force is what was found last.
    var refused: RefusedStart?
    /// The service manager was told of the reload.
    var isReloadTold = false
    private let groups: ContainmentChoice
    /// The jobs that the registry in force declares.
    var desired: [JobDefinition]
    var disabledCount: Int
    var disabled: Set<EntryID>
    /// `nil`: none is kept.
    var ledger: LedgerProcess?
    var ledgerNews = LedgerNews()
    /// `nil`: there is none.
    private(set) var control: ControlSocket?
    private(set) var isStopping = false
    /// The jobs are not there yet: what changes them comes after that.
    private(set) var isStarting = true
    private var reloadsAfterStart = false
    var reloadIsDue = false
    var emptyReload = EmptyReload()
    /// What those are told who wait for the reload that is over.
    var reloadAnswers: [ControlAnswer] = []
    /// Lines of crontabs, to be logged when the daemon has started: its other notes are on the standard error.
    var leftOut: [Diagnostic]
    /// When the log, if it cannot be waited for, is tried again.
    var logRetry = MonotonicInstant.distantFuture
    var isLogWatched = false
    var gauges: DaemonGauges

    /// So many deadlines are handled before the pipes are looked at again: a start of thousands must not make the daemon deaf.
    private static let deadlinesAtOnce = 32
    /// A daemon that starts later in a boot is not the first one, as a rule.
    static let startOfBoot = Nanoseconds.seconds(600)

    /// The signals must be blocked already.
    package init(
        _ configuration: Configuration, _ startup: Startup, _ runtime: RuntimeDirectory, log: CronLog,
        machine: Machine = Machine()
    ) throws(SystemError) {
        (self.configuration, self.log, self.runtime, self.machine) = (configuration, log, runtime, machine)
        (programs, registry) = (startup.programs, startup.registry)
        (keeper, refusal) = (startup.keeper, startup.refusal)
        gauges = DaemonGauges(at: machine.moment().wall, isInForce: startup.refusal == nil)
        desired = startup.loaded.jobs + startup.loaded.hookFunctions
        disabledCount = startup.loaded.disabledCount
        disabled = Set(startup.loaded.disabled.map(\.id))
        rights = startup.rights
        leftOut = startup.loaded.notes.filter { $0.note == .crontabLine }
        loop = try PollLoop(machine)
        children = ChildTable(machine)
        signals = Box(try SignalQueue([.terminate, .interrupt, .hangUp, .child]))
        try loop.poller.add(signals.value.descriptor, token: EventToken.signals.packed, for: .read)
        manager = ServiceManager(at: machine.now)
        groups = ContainmentChoice(startup.groups, registry: configuration.registry)
        pool = WorkerPool(
            loop: loop, children: children, programs: startup.programs, registry: startup.registry, runtime: runtime,
            groups: groups.groups, stopTimeout: configuration.stopTimeout,
            catchUpAtOnce: configuration.catchUpAtOnce, log: log, machine: machine)
        reloader = Reloader(
            path: configuration.registry, programs: startup.programs, loop: loop, children: children,
            mostJobs: startup.mostJobs, controllers: startup.groups.controllers,
            knownFiles: startup.loaded.files, isWatched: configuration.quiet != nil,
            isKept: startup.keeper != nil, machine: machine)
        clockWatch = try ClockWatch(loop.poller)
        files = FileNews(loop)
        zones = ZoneWatch(files)
        watch = RegistryWatch(configuration, startup, files, log)
        locks = DaemonLocks(runtime, startup.registryLock, files.directories, log)
    }

    /// Runs until it is told to stop. Returns the exit code.
    package func run() throws(SystemError) -> Int32 {
        try ThisProcess.setSubreaper(true)
        try start()
        while !(isStopping && pool.isEmpty) { try turn() }
        log.write(.info, "Scheduler stopping")
        control?.close()
        try closeLedger()
        let isClean = groups.close(log: log)
        try flushLog()
        return isClean && pool.leftBehind == 0 ? ExitCode.success : ExitCode.systemFailure
    }

    func start() throws(SystemError) {
        if configuration.ledger != nil { log.tap.open() }
        log.write(
            .info, "Scheduler started", ["pid": .number(ThisProcess.id), "registry": .text(configuration.registry)])
        reportRefusal(refusal)
        reportJobs()
        locks.check()
        groups.report(to: log)
        // Before the first worker: what is left of one before it may be the same job.
        clearPreviousLife()
        groups.sweep(sparing: runtime.locks.holders, log: log)
        reportRuntimeDirectory()
        openBootRecord()
        openBooks()
        try openLedger()
        guard !isStopping else { return }
        for job in desired { pool.add(job) }
        for id in runtime.locks.withoutEntry { pool.endPreviousWorker(of: id) }
        pool.settleAbsentJobs()
        pool.makeEarlyCalls()
        control = openControl()
        zones.follow(desired, at: pool.now)
        watch?.follow(at: pool.now)
        forgetAbsentJobs()
        manager.ready()
        saveRegistry()
        isStarting = false
        if reloadsAfterStart { requestReload() }
    }

    private func clearPreviousLife() {
        do throws(SystemError) {
            let count = try runtime.clearPreviousLife(desired.map(\.id))
            if count > 0 { log.write(.warning, "Leftovers killed", ["count": .number(count)]) }
        } catch {
            // The locks hold all the same.
            log.write(.warning, "Sweep failed", ["error": "\(error)"])
        }
    }

    /// One round: wait, take what is there, then see whose time is up. The clock is read for each step, since the one before may
    /// have taken seconds on a busy machine.
    func turn() throws(SystemError) {
        let deadline = nextDeadline
        try loop.turn(until: deadline) { source throws(SystemError) in try handle(source) }
        let now = machine.now
        gauges.lag.note(deadline, at: now)
        manager.beat(at: now)
        advanceReload(at: now)
        checkZones(at: now)
        checkFiles(at: now)
        retryRefused(at: now)
        reloader.keepReserve()
        control?.advance(at: now)
        pool.fireDeadlines(through: loop.heard, limit: Self.deadlinesAtOnce)
        serveLedger(at: pool.now)
        serveLog(at: pool.now)
        manager.setStatus(statusText)
    }

    private var nextDeadline: MonotonicInstant {
        .earliest(
            .earliest(pool.nextDeadline, manager.watchdogDeadline, reloader.deadline),
            .earliest(zones.deadline, filesDeadline, refusedDeadline),
            .earliest(logRetry, control?.deadline ?? .distantFuture, ledgerDeadline))
    }

    private func handle(_ source: Source) throws(SystemError) {
        switch EventToken(source) {
        case .signals: try takeSignals()
        case .log: log.sink.flush()
        // The reload is advanced in every round.
        case .functionAnswer: reloadIsDue = true
        case .clock:
            try clockWatch.arm()
            pool.clockWasSet()
        case .files: takeFileNews()
        case .control: control?.accept()
        case .ledger: takeLedgerReports()
        case .client(let place, let generation): control?.handle(client: place, generation: generation)
        case .worker(let channel, let job, let generation): pool.handle(channel, job: job, generation: generation)
        case nil: break
        }
    }

    // MARK: Signals

    private func takeSignals() throws(SystemError) {
        for signal in try signals.value.take() {
            switch signal {
            case .terminate, .interrupt: stop()
            case .hangUp: if isStarting { reloadsAfterStart = true } else { requestReload() }
            case .child: try reap()
            default: break
            }
        }
    }

    private func reap() throws(SystemError) {
        pool.expectExits()
        try children.reap { pid, owner throws(SystemError) in
            switch owner {
            case .worker(let job): return try pool.exited(pid, job)
            case .query(let query):
                query.exited()
                reloadIsDue = true
            case .ledger: return { status in self.ledgerExited(pid, status) }
            case nil: break
            }
            return { _ in }
        }
    }

    /// The second time it is meant.
    private func stop() {
        ledgerNews.isHurried = isStopping
        if isStopping { return pool.hurryAll() }
        isStopping = true
        manager.stopping()
        reloader.cancel()
        zones.follow([], at: pool.now)
        pool.stopAll()
        reportRunsLeft()
    }

    private func reportRunsLeft() {
        let (count, patience) = pool.runsLeft
        guard count > 0 else { return }
        log.write(
            .info, "Waiting for runs",
            [
                "count": .number(count), "at_most": .delay(patience),
                "text": "then they are sent SIGTERM; a second signal does that at once, a third one sends SIGKILL",
            ])
    }
}
