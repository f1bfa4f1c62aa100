import Clocks
import Host
import Journal
import Kernel
import LedgerRecords
import Links
import Logging
import Model
import Values
import Wire

/// What goes into the ledger, and the process that keeps it.
extension Daemon {
    // MARK: The start

    /// Before the first job. Where the books are new, what the ledger knows of the jobs is waited for, but not for ever.
    func openLedger() throws(SystemError) {
        guard let settings = configuration.ledger else { return }
        do throws(SystemError) {
            guard let books = pool.books else {
                throw SystemError("open", settings.place, code: 0, note: "it needs the books, which are not there")
            }
            _ = try StateDirectory.open(settings.place, key: settings.key, programs.trust)
            try openJournal(books, settings)
            // A ledger that is to be made knows nothing that is worth a wait.
            let wantsResumption = books.areNew && FileSystem.exists("\(settings.place)/\(settings.key)/ledger.db")
            let process = LedgerProcess(
                settings, in: (memory: books.path, runtime: runtime.path ?? books.path), rights,
                wantsResumption: wantsResumption, programs.trust, openFiles: try OpenFilesLimit.current(), loop, machine
            )
            ledger = process
            try start(process)
            try wait(for: process, settings, wantsResumption: wantsResumption)
        } catch {
            guard !settings.isRequired else { throw error }
            noteMissing(error, settings)
        }
    }

    private func openJournal(_ books: JobBooks, _ settings: LedgerSettings) throws(SystemError) {
        try books.openJournal(capacity: settings.journalSize ?? Self.journalSize(in: books.path, jobs: desired.count))
        guard let journal = books.journal else { return }
        pool.ledger = LedgerWriter(books, journal, pool.ledger?.life ?? life, after: pool.ledger?.lastNumber ?? 0)
        ledgerNews.begin(with: journal.lost)
        log.write(
            .info, "Journal opened", ["path": .text(books.path), "size": .text("\(journal.capacity >> 10) KiB")])
    }

    private var life: LedgerRecord.Life {
        LedgerRecord.Life(
            uid: .random(in: 1...(.max)), pid: ThisProcess.id, began: machine.moment().wall,
            host: (try? ProcFile.text("/proc/sys/kernel/hostname").firstLine) ?? "", boot: runtime.boot.boot,
            version: ProgramVersion.text, registry: configuration.registry)
    }

    /// A container's memory holds it too: of what it may use and of what is free there it takes a small part.
    private static func journalSize(in path: String, jobs: Int) -> Int {
        let free = (try? MemoryPlace.room(in: path)).map { $0 / 8 } ?? .max
        let limit = MemoryPlace.groupLimit.map { $0 / 32 } ?? .max
        let least = max(JournalWriter.fewestBytes, jobs * 256)
        return max(least, Int(min(free, limit, Int64(usualJournal))) & ~4_095)
    }

    private static let usualJournal = 16 << 20

    private func start(_ process: LedgerProcess) throws(SystemError) {
        try process.start(at: machine.now)
        if let pid = process.pid { children[pid] = .ledger }
    }

    /// Until it has said what it knows, or that it is there if it must be.
    private func wait(
        for process: LedgerProcess, _ settings: LedgerSettings, wantsResumption: Bool
    ) throws(SystemError) {
        let begin = machine.now
        let end = begin + settings.patience
        func isAwaited() -> Bool {
            !isStopping && process.isExpected(before: end)
                && (wantsResumption && !ledgerNews.isComplete || settings.isRequired && !ledgerNews.hasStarted)
        }
        try turns(until: end, while: isAwaited)
        if settings.isRequired, !ledgerNews.hasStarted, !isStopping {
            throw SystemError("start", settings.program, code: 0, note: "there is no ledger, and --ledger required")
        }
        guard wantsResumption, !ledgerNews.isComplete, !isStopping else { return }
        pool.awaitsLedger = true
        log.write(
            .warning, "Ledger silent",
            [
                "after": .text(DurationText.rounded(machine.now - begin)),
                "text":
                    "what came due while no daemon was there is decided when it answers; jobs with 'catch_up: all' wait",
            ])
    }

    /// The ledger has said what it knows of the jobs, which began without that.
    private func decideLate() {
        guard pool.awaitsLedger else { return }
        let count = pool.decideLate()
        forgetAbsentJobs()
        log.write(
            .notice, "Ledger late",
            ["jobs": .number(count), "text": "what came due while no daemon was there is decided"])
    }

    private func noteMissing(_ error: SystemError, _ settings: LedgerSettings) {
        // After a shortage it is started again, and reads what is written meanwhile.
        if pool.books?.journal == nil || !error.isShortage { giveUpLedger() }
        log.write(
            .notice, "No ledger",
            ["path": .text("\(settings.place)/\(settings.key)"), "error": "\(error)", "text": "no history is kept"])
    }

    /// Nobody is to write for one that never comes.
    private func giveUpLedger() {
        (ledger, pool.ledger) = (nil, nil)
        log.tap.close()
        if pool.awaitsLedger { _ = pool.decideLate() }
    }

    /// What it knows of jobs that are not in the registry: if they come back, they are new ones, but for the numbers of their runs.
    func forgetAbsentJobs() {
        for (id, known) in pool.resumptions where !known.schedule.isEmpty {
            pool.ledger?.close(id, runs: known.runs, at: machine.moment())
            pool.resumptions[id] = LedgerReport.Job(
                entry: id, schedule: "", timezone: "", runs: known.runs, accounted: 0)
        }
    }

    // MARK: In each round

    var ledgerDeadline: MonotonicInstant {
        guard let writer = pool.ledger else { return pool.claims.deadline }
        let start = isStopping ? MonotonicInstant.distantFuture : ledger?.deadline ?? .distantFuture
        return .earliest(
            .earliest(start, ledgerNews.nextLook, ledgerNews.waitEnd), writer.youngRuns.deadline, pool.claims.deadline)
    }

    /// What was written in this round is in force, and whoever reads it is woken if it sleeps.
    func serveLedger(at now: MonotonicInstant) {
        pool.lookAtBooks()
        if pool.ledger != nil, pool.books?.journal == nil { reopenJournal() }
        guard let writer = pool.ledger, let books = pool.books else {
            _ = pool.writeClaims()
            return
        }
        pool.introduceStrangers()
        let wantsAnswer = pool.writeClaims()
        pool.writeBegins()
        pool.writeEvents(log.tap)
        books.bookJournal()
        // One that does not sleep looks each 200 ms.
        if let ledger, (books.journal?.takeSleeper() ?? false) || wantsAnswer { ledger.wake() }
        if let ledger, now >= ledger.deadline, !isStopping { restart(ledger) }
        ledgerNews.look(writer, at: now, log)
    }

    /// Somebody has removed the books, and they were made anew: the journal was with them.
    private func reopenJournal() {
        guard let books = pool.books, let settings = configuration.ledger else { return }
        do throws(SystemError) {
            try openJournal(books, settings)
            pool.introduceAllAgain()
            ledger?.replace()
        } catch {
            noteMissing(error, settings)
        }
    }

    private func restart(_ process: LedgerProcess) {
        do throws(SystemError) {
            try start(process)
        } catch {
            log.write(.error, "Ledger not started", ["error": "\(error)"])
        }
    }

    /// Returns whether more may have come.
    @discardableResult
    func takeLedgerReports() -> Bool {
        let mayHaveMore = ledger?.receive {
            take($0)
        } complain: {
            log.write(.warning, "Ledger not understood", ["error": "\($0)"])
        }
        return mayHaveMore ?? false
    }

    private func take(_ report: LedgerReport) {
        switch report {
        case .started(let started):
            ledgerNews.hasStarted = true
            pool.claims.askAgain()
            log.write(
                .info, "Ledger started",
                [
                    "pid": .number(ledger?.pid ?? 0), "path": .text(started.path), "runs": .integer(started.runs),
                    "new": .text(started.isNew ? "yes" : "no"),
                ])
        case .job(let job): pool.resumptions[job.entry] = job
        case .resumed:
            ledgerNews.isComplete = true
            decideLate()
        case .again:
            pool.introduceAllAgain()
            pool.claims.askAgain()
        case .claimed(let claimed): pool.take(claimed)
        case .log(let line): write(line)
        case .request(let request): write(request)
        }
    }

    private func write(_ request: LedgerReport.Request) {
        var fields: LogFields = ["action": .text(request.action)]
        fields.add("entry", request.entry.map { .text($0.description) })
        fields.add("run", request.run.map { .integer($0) })
        fields.add(
            "before",
            request.before.map {
                .moment(WallInstant(nanoseconds: $0.multipliedReportingOverflow(by: 1_000).partialValue))
            })
        fields.add("count", .integer(request.count))
        fields.add("uid", .number(request.user))
        fields.add("pid", .number(request.process))
        log.write(.notice, "Operator request", fields)
    }

    private func write(_ line: LedgerReport.Log) {
        var fields: LogFields = [:]
        fields.add("path", line.path.map { .text($0) })
        fields.add("error", line.error.map { .text($0) })
        fields.add("text", line.text.map { .text($0) })
        fields.add("count", line.count.map { .integer($0) })
        log.write(Logger.Level(rawValue: line.level) ?? .notice, line.message, fields)
    }

    // MARK: Its ends

    func ledgerExited(_ pid: ProcessID, _ status: ExitStatus) {
        guard let ledger else { return }
        // Why it has ended is the last thing that it has said.
        while takeLedgerReports() {}
        pool.restoreBooks()
        let pause = ledger.exited(status, at: machine.now)
        guard !isStopping || status != .exited(code: 0) else { return }
        var fields: LogFields = ["pid": .number(pid), "status": .text(status.description)]
        fields.add("after", pause.map { .delay($0) })
        log.write(.warning, "Ledger exited", fields)
        guard pause == nil, !isStopping else { return }
        gauges.hasLostLedger = true
        giveUpLedger()
    }

    /// It has so long for what the journal has. What it does not write is there for the next daemon of this boot.
    func closeLedger() throws(SystemError) {
        guard let ledger, let settings = configuration.ledger else { return }
        serveLedger(at: machine.now)
        ledgerNews.isHurried = false
        ledger.close()
        let end = machine.now + settings.patience
        try turns(until: end) { ledger.pid != nil }
        guard ledger.pid != nil else { return }
        log.write(.warning, "Ledger killed", ["pid": .number(ledger.pid ?? 0)])
        ledger.kill()
        ledgerNews.isHurried = false
        try turns(until: machine.now + Self.lastPatience) { ledger.pid != nil }
    }

    private func turns(until end: MonotonicInstant, while isAwaited: () -> Bool) throws(SystemError) {
        ledgerNews.waitEnd = end
        while isAwaited(), machine.now < end, !ledgerNews.isHurried { try turn() }
        ledgerNews.waitEnd = .distantFuture
    }

    /// One that waits for a frozen disk does not die before that goes on.
    private static let lastPatience = Nanoseconds.seconds(1)
}

extension String {
    fileprivate var firstLine: String { String(prefix { !$0.isNewline }) }
}
