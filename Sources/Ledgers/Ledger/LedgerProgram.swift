import Clocks
import Kernel
import LedgerStore
import Links
import SQLiteStore
import Values
import Wire

/// cronledger: takes the journal into the database until the daemon is gone, and answers questions on another thread.
package final class LedgerProgram {
    private let options: LedgerOptions
    private let loop: PollLoop
    private let link: LedgerLink
    private let signals: SignalQueue
    private var directory: Box<LedgerDirectory>
    private let tap: JournalTap
    private let keeper: StoreKeeper
    private let desk: LedgerDesk
    private var pace: WorkPace
    private var retention = Retention()
    private var clockTrust = ClockTrust(at: Clock.moment())
    /// Up to where the journal is in the database.
    private var committed: UInt64?
    private var wantsResumption = false
    private var hasStarted = false
    private var errands: [LedgerDesk.Errand] = []

    // MARK: The process

    /// Its exit code: 0, the daemon is gone and all is written; 100, it is of no use to start it again; 111.
    package static func main(_ arguments: [String]) -> Int32 {
        if let word = arguments.first, ["--help", "-h", "--version"].contains(word) {
            StandardDescriptors.writeOutput(word == "--version" ? "\(LedgerVersion.text)\n" : LedgerOptions.usage)
            return 0
        }
        do {
            BrokenPipe.becomesAnError()
            if arguments.count == 2, arguments[0] == "--read" { return try LedgerReading.run(arguments[1]) }
            return try LedgerProgram(LedgerOptions(arguments)).run()
        } catch let error as LedgerOptions.UsageError {
            StandardDescriptors.writeError("cronledger: \(error)\n\(LedgerOptions.usage)")
            return 100
        } catch is NotStarted {
            return 111
        } catch {
            StandardDescriptors.writeError("cronledger: \(error)\n")
            return 111
        }
    }

    /// The daemon knows why.
    private struct NotStarted: Error {}

    private init(_ options: LedgerOptions) throws {
        self.options = options
        try StandardDescriptors.ensureOpen()
        guard let input = Descriptor.inherited(0) else { throw NotStarted() }
        loop = try PollLoop()
        link = try LedgerLink(input, loop)
        signals = try SignalQueue([.terminate, .interrupt])
        try loop.poller.add(signals.descriptor, token: LedgerSource.signals.packed, for: .read)
        directory = Box(try Self.open(options, link))
        tap = try Self.openJournal(options, link)
        desk = try LedgerDesk()
        try desk.watch(loop.poller)
        keeper = StoreKeeper(directory.value.database, isShared: !directory.value.isOnNetwork, link, desk)
        pace = WorkPace(options.sync, at: Clock.monotonic())
        retention.bytes = options.size
    }

    private static func open(_ options: LedgerOptions, _ link: LedgerLink) throws -> LedgerDirectory {
        do throws(LedgerDirectory.Refusal) {
            return try LedgerDirectory(options.state, memory: options.memory, allowsNetwork: options.allowsNetwork)
        } catch {
            switch error {
            case .system: link.log(.notice, "No ledger", path: options.state, error: error.text)
            case .inUse: link.log(.error, "Ledger in use", path: options.state, text: error.text)
            case .network: link.log(.error, "Ledger refused", path: options.state, error: error.text)
            }
            link.flush()
            throw NotStarted()
        }
    }

    private static func openJournal(_ options: LedgerOptions, _ link: LedgerLink) throws -> JournalTap {
        do throws(SystemError) {
            return try JournalTap(options.memory)
        } catch {
            link.log(.warning, "Journal not readable", path: options.memory, error: "\(error)")
            link.flush()
            throw NotStarted()
        }
    }

    // MARK: The loop

    private func run() throws -> Int32 {
        while !link.isOver {
            let deadline = work(at: Clock.moment())
            if keeper.refusal != nil { return refuse() }
            try loop.turn(until: deadline) { source throws(SystemError) in try self.handle(source) }
        }
        return finish()
    }

    private func handle(_ source: Source) throws(SystemError) {
        switch source {
        case LedgerSource.orders: link.receive { self.obey($0) }
        case LedgerSource.reports: link.resume()
        case LedgerSource.errands: errands += desk.takeErrands()
        case LedgerSource.signals: if try !signals.take().isEmpty { link.end() }
        default: break
        }
    }

    private func obey(_ order: LedgerOrder) {
        switch order {
        case .resume: wantsResumption = true
        case .wake: pace.wake()
        }
    }

    /// The daemon need not wait for what never comes, nor start this again.
    private func refuse() -> Int32 {
        link.tell(.resumed)
        link.flush()
        return 100
    }

    /// Does what is due. Returns when there is something to do again.
    private func work(at now: Moment) -> MonotonicInstant {
        guard now.monotonic >= keeper.retryAt else { return keeper.retryAt }
        do throws(LedgerError) {
            let store = try openStore()
            try greet(store)
            try takeJournal(store, at: now.monotonic)
            try tidy(store, at: now)
            try run(errands, store, at: now)
            keeper.succeed(at: now.monotonic)
            show(store)
            return rest(store, at: Clock.monotonic())
        } catch {
            fail(error, at: Clock.moment())
            return keeper.retryAt
        }
    }

    /// If the directory was replaced, the one that has its path now is used.
    private func openStore() throws(LedgerError) -> SQLiteStore {
        guard keeper.store == nil, !directory.value.isStillThere else { return try keeper.open(directory.value) }
        do throws(LedgerDirectory.Refusal) {
            directory = Box(
                try LedgerDirectory(options.state, memory: options.memory, allowsNetwork: options.allowsNetwork))
        } catch {
            throw LedgerError(.away, error.text, path: keeper.path)
        }
        return try keeper.open(directory.value)
    }

    private func fail(_ error: LedgerError, at now: Moment) {
        tap.noteFailure()
        let startsOver = keeper.fail(
            error, directory.value, waiting: tap.batch.records.count, fill: tap.fill, at: now)
        // The sums of the jobs tell what is not in the one that is there now.
        if error.kind == .moved { link.tell(.again) }
        guard startsOver else { return }
        do throws(SystemError) { try tap.restart() } catch {
            link.log(.warning, "Journal not readable", path: options.memory, error: "\(error)")
        }
        committed = nil
        pace.wake()
    }

    /// In bytes, of the log ahead while somebody reads the whole database.
    private static let largestLog = Int64(256 << 20)

    private func show(_ store: SQLiteStore) {
        let (used, capacity, jobs, runs) = (tap.used, tap.capacity, store.jobCount, store.runCount)
        let (size, log) = (directory.value.size(""), directory.value.size("-wal"))
        if log > Self.largestLog, desk.interruptLongRead() {
            link.log(.warning, "Ledger read ended", path: keeper.path, text: "it held back the log", count: Int(log))
        }
        tap.noteSuccess(size: size)
        desk.change { board in
            (board.behind, board.capacity, board.jobs, board.runs) = (used, capacity, jobs, runs)
            (board.size, board.log) = (size, log)
        }
    }

    // MARK: What the daemon wants to know

    private func greet(_ store: SQLiteStore) throws(LedgerError) {
        if !hasStarted {
            hasStarted = true
            link.tell(.started(.init(path: keeper.path, runs: store.runCount, isNew: store.isNew)))
            if directory.value.isInContainerLayer {
                link.log(
                    .notice, "Ledger in container", path: keeper.path,
                    text: "history ends with the container; mount a volume")
            }
            try startAnswers(store)
        }
        guard wantsResumption else { return }
        wantsResumption = false
        for resumption in try store.resumptions() { if let job = LedgerReport.Job(resumption) { link.tell(.job(job)) } }
        link.tell(.resumed)
    }

    /// So often at most the whole of a database that was left in disorder is looked at.
    private static let checkInterval = Nanoseconds.seconds(86_400)

    private func startAnswers(_ store: SQLiteStore) throws(LedgerError) {
        guard !directory.value.isOnNetwork else { return }
        if store.wasLeft {
            let last = try store.lastCheck() ?? WallInstant(nanoseconds: 0)
            let isLongAgo = last + Self.checkInterval < Clock.moment().wall
            desk.change { $0.wantsCheck = isLongAgo }
        }
        do throws(SystemError) {
            try QuestionServer.start(options, keeper.path, desk)
        } catch {
            link.log(.warning, "Ledger cannot be asked", path: keeper.path, error: "\(error)")
        }
    }

    // MARK: The journal

    /// A bounded part of it, so that orders are heard meanwhile.
    private static let batchesAtOnce = 8

    private func takeJournal(_ store: SQLiteStore, at now: MonotonicInstant) throws(LedgerError) {
        for _ in 0..<Self.batchesAtOnce where now >= pace.nextRead || !tap.isEmpty {
            tap.read()
            let isFull = tap.isFull
            pace.read(any: !tap.isEmpty, at: now)
            if !tap.isEmpty {
                try commit(store, tap.batch.hasClaim ? .power : pace.durability(at: now), at: now)
            }
            guard isFull else { break }
            pace.wake()
        }
        if pace.barrierIsDue(at: now) { try commit(store, .power, at: now) }
    }

    /// Without records: what was committed before outlives a loss of power from now on.
    private func commit(
        _ store: SQLiteStore, _ durability: Durability, at now: MonotonicInstant
    ) throws(LedgerError) {
        let appended = try store.append(tap.batch, durability)
        let count = tap.batch.records.count
        committed = tap.takeBatch()
        tap.noteCommit()
        if durability == .power || pace.sync == .off, let committed {
            try keeper.requirePlace(directory.value)
            tap.free(through: committed)
        }
        pace.committed(durability, at: now)
        keeper.note(written: count)
        if count > 0 { desk.tellFollowers() }
        report(appended)
    }

    private func report(_ appended: Appended) {
        for claim in appended.claims { if let claimed = LedgerReport.Claimed(claim) { link.tell(.claimed(claimed)) } }
        if appended.missesNames { link.tell(.again) }
        for moved in appended.moved {
            link.log(.notice, "Run numbers moved", text: "\(moved.job) by \(moved.by)", count: Int(clamping: moved.by))
        }
        if appended.interrupted > 0 {
            link.log(
                .notice, "Ledger recovered", path: keeper.path, text: "runs interrupted", count: appended.interrupted)
        }
        if appended.unread > 0 {
            link.log(.warning, "Ledger records unread", path: keeper.path, count: appended.unread)
        }
    }

    // MARK: What can wait

    private static let pruneBudget = 2_000

    private func tidy(_ store: SQLiteStore, at now: Moment) throws(LedgerError) {
        let folded = store.unfolded
        if pace.foldIsDue(folded, at: now.monotonic) {
            try store.fold()
            directory.value.takeBallast()
            pace.folded(at: now.monotonic)
        }
        if pace.pruningIsDue(at: now.monotonic) {
            let kept = clockTrust.apply(to: retention, at: now)
            let pruned = try store.prune(kept, at: now.wall, budget: max(Self.pruneBudget, 2 * folded))
            pace.pruned(isDone: pruned.isDone, at: now.monotonic)
        }
        if pace.restIsDue(at: now.monotonic) {
            try store.checkpoint()
            store.rest()
            ThisProcess.releaseFreeMemory()
            pace.rested()
        }
    }

    private func run(
        _ errands: [LedgerDesk.Errand], _ store: SQLiteStore, at now: Moment
    ) throws(LedgerError) {
        self.errands = []
        for errand in errands {
            switch errand {
            case .damaged(let text): throw LedgerError(.damaged, text, path: keeper.path)
            case .checked: try store.note(checkedAt: now.wall)
            case .takeAll(let reply):
                pace.wake()
                try takeJournal(store, at: now.monotonic)
                reply.give(0)
            case .prune(let peer, let reply):
                let kept = clockTrust.apply(to: retention, at: now)
                let pruned = try store.prune(kept, at: now.wall, budget: 100_000)
                link.tell(.request(.init("prune", count: pruned.rows, by: peer)))
                reply.give(pruned.rows)
            case .forget(let forget, let peer, let reply):
                let before = forget.before.map { WallInstant(microseconds: $0) }
                let count = try store.forget(forget.entry.description, run: forget.run, before: before)
                link.tell(.request(.init("forget", forget, count: count, by: peer)))
                reply.give(count)
            }
        }
    }

    /// Until when there is nothing to do.
    private func rest(_ store: SQLiteStore, at now: MonotonicInstant) -> MonotonicInstant {
        let isAsleep = pace.isQuiet(at: now) && tap.sleep()
        return pace.deadline(unfolded: store.unfolded, isAsleep: isAsleep)
    }

    // MARK: The end

    /// The daemon is gone: what it has written is committed, if that is possible at once.
    private func finish() -> Int32 {
        desk.change { $0.isOver = true }
        if let runtime = options.runtime { try? FileSystem.remove("\(runtime)/\(QuestionServer.socketName)") }
        do throws(LedgerError) {
            do throws(LedgerError) { try writeAll() } catch {
                guard error.kind == .moved else { throw error }
                fail(error, at: Clock.moment())
                link.flush()
                try writeAll()
            }
            return 0
        } catch {
            StandardDescriptors.writeError("cronledger: \(error)\n")
            return 111
        }
    }
}

extension LedgerProgram {
    private func writeAll() throws(LedgerError) {
        let store = try openStore()
        repeat {
            tap.read()
            try commit(store, .power, at: Clock.monotonic())
            tap.read()
        } while !tap.isEmpty
        try store.fold()
        try store.end()
    }
}

extension LedgerReport.Request {
    fileprivate init(_ action: String, _ forget: LedgerQuestion.Forget? = nil, count: Int, by peer: Peer) {
        self.init()
        (self.action, entry, run, before) = (action, forget?.entry, forget?.run, forget?.before)
        (self.count, user, process) = (Int64(count), Int64(peer.user), Int64(peer.process))
    }
}

enum LedgerVersion {
    static let text = "0.1.0"
}

extension LedgerReport.Claimed {
    fileprivate init?(_ claimed: Appended.Claimed) {
        guard let entry = EntryID(claimed.job) else { return nil }
        self.init(
            entry: entry, slot: claimed.slot.microseconds, attempt: Int64(claimed.attempt),
            isGranted: claimed.isGranted)
    }
}

extension LedgerReport.Job {
    /// A run that was going is `interrupted` for a daemon that has no books of it: its slot has an outcome.
    fileprivate init?(_ resumption: JobResumption) {
        guard let entry = EntryID(resumption.job) else { return nil }
        let accounted = max(resumption.accounted.microseconds, resumption.open?.slot?.microseconds ?? 0)
        self.init(
            entry: entry, schedule: resumption.schedule, timezone: resumption.timezone, runs: resumption.runs,
            accounted: accounted)
        (failures, isFailing, isLate) = (resumption.failures, resumption.isFailing, resumption.isLate)
        alerts = max(0, resumption.alerts)
    }
}
