import Clocks
import Links
import Logging
import Model
import Registry
import Supervision
import Values
import Wire

/// What a reload changes.
extension Daemon {
    func requestReload() {
        guard !isStopping else { return }
        let now = machine.now
        emptyReload.requested(at: now)
        reload(at: now)
    }

    func reload(at now: MonotonicInstant) {
        refused?.isAsked()
        isReloadTold = true
        reloader.request(at: now)
        // Each one: a manager that asked for this one waits for a moment after its signal.
        manager.reloading(at: now)
    }

    func advanceReload(at now: MonotonicInstant) {
        guard reloadIsDue || now >= reloader.deadline else { return }
        reloadIsDue = false
        guard let result = reloader.advance() else { return }
        if case .loaded(let loaded, _, _, _) = result, leavesNoJob(loaded), !emptyReload.isMeant {
            fail(EmptyReload.error)
        } else {
            take(result)
            emptyReload.ended()
        }
        watch?.follow(reloader.files, at: machine.now)
        // Before the word that the reload is over, which somebody may wait for.
        manager.setStatus(statusText)
        if reloader.isIdle, isReloadTold {
            isReloadTold = false
            manager.ready()
        }
        countReload()
        control?.reloadEnded(reloadAnswers)
        reloadAnswers = []
    }

    /// One that disables the jobs says so itself.
    private func leavesNoJob(_ loaded: LoadedJobs) -> Bool {
        jobCount > 0 && loaded.jobs.isEmpty && loaded.disabledCount == 0
    }

    private func take(_ result: Reloader.Result) {
        switch result {
        case .loaded(let loaded, let snapshot, let programs, let site): apply(loaded, snapshot, programs, site)
        case .refused(let errors): refuse(errors)
        case .failed(let reason): fail(reason)
        }
    }

    private func fail(_ reason: String) {
        reloadAnswers = [.refused(.init(.registry, reason))]
        guard isNews(reason, reason) else { return }
        log.write(.error, "Reload failed", ["error": .text(reason)])
    }

    private func apply(
        _ loaded: LoadedJobs, _ snapshot: RegistrySnapshot?, _ programs: WorkerPrograms, _ site: RegistrySite
    ) {
        do {
            // A link may lead to another directory now, which another daemon may have.
            let hold = try locks.registry?.take(site)
            try registry.publish(snapshot, loaded.texts)
            locks.registry?.adopt(hold)
        } catch {
            return fail("\(error)")
        }
        manager.reloaded(at: machine.moment().wall)
        refused = nil
        keeper?.note(reloader.takeAccepted())
        reloader.knownFiles = loaded.files
        locks.check()
        let difference = RegistryDifference(from: desired, to: loaded.jobs + loaded.hookFunctions)
        desired = loaded.jobs + loaded.hookFunctions
        disabledCount = loaded.disabledCount
        disabled = Set(loaded.disabled.map(\.id))
        self.programs.adopt(programs, keeping: Set(desired.compactMap(\.function.program)))
        logNotes(loaded.notes)
        report(difference)
        for id in difference.removed { pool.stop(id) }
        for job in difference.changed { pool.stop(job.id, successor: job) }
        for job in difference.unchanged { pool.keep(job) }
        for job in difference.added { pool.add(job) }
        zones.follow(desired, at: pool.now)
        saveRegistry()
    }

    private func report(_ difference: RegistryDifference) {
        var fields = jobFields
        fields.add("added", .number(difference.added.count))
        fields.add("changed", .number(difference.changed.count))
        fields.add("removed", .number(difference.removed.count))
        fields.add("unchanged", .number(difference.unchanged.count))
        log.write(jobCount == 0 ? .warning : .info, "Reloaded registry", fields)
        reloadAnswers = [.done(reloadDone(difference))]
    }

    private func refuse(_ errors: [Diagnostic]) {
        reloadAnswers = refusal(of: errors)
        guard isNews(errors.text, errors.summary) else { return }
        logErrors(errors)
        log.write(
            .error, "Reload failed",
            [
                "count": .number(errors.count),
                "error": "\(errors.count == 1 ? "an error" : "errors") in the registry; the one in force stays",
            ])
    }

    /// Tells the service manager why the registry is not in force. Returns whether the log is to have it, too.
    private func isNews(_ trouble: String, _ summary: String) -> Bool {
        guard let refused else {
            manager.reloaded(at: machine.moment().wall, failure: summary)
            return true
        }
        manager.refused(because: summary, runs: refused.moment)
        return self.refused?.failed(trouble, at: machine.now) ?? true
    }

    func logErrors(_ errors: [Diagnostic]) {
        for error in errors {
            log.write(.error, "Registry error", ["location": "\(error.location)", "error": .text(error.message)])
        }
    }

    private func logNotes(_ notes: [Diagnostic]) {
        for diagnostic in notes {
            log.write(
                diagnostic.note == .crontabLine ? .error : .notice, "Registry note",
                [
                    "location": "\(diagnostic.location)", "note": .text(diagnostic.note?.rawValue ?? ""),
                    "text": .text(diagnostic.message),
                ])
        }
    }

    // MARK: The jobs

    /// Without the functions of hooks.
    var jobCount: Int { desired.count { !$0.isHookOnly } }

    private var jobFields: LogFields {
        var fields: LogFields = ["count": .number(jobCount)]
        if disabledCount > 0 { fields.add("disabled", .number(disabledCount)) }
        return fields
    }

    /// A daemon without a job has most often the wrong registry.
    func reportJobs() {
        log.write(jobCount == 0 ? .warning : .info, "Discovered jobs", jobFields)
        logNotes(leftOut)
        leftOut.removeAll()
    }
}
