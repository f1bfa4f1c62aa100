package import Clocks
import Host
import Model
package import Schedules
package import Values
package import Wire

/// Runs, gaps and incidents of a ledger, for people.
package struct HistoryText {
    private let zone: ZoneRules
    private let showsJobs: Bool
    /// Jobs of which seconds do not tell one slot from another.
    private var fine: Set<EntryID> = []

    /// `zone`: of those who read; `nil`: that of this process.
    package init(zone: ZoneRules? = nil, showsJobs: Bool) {
        (self.zone, self.showsJobs) = (zone ?? ZoneDirectory().local, showsJobs)
    }

    package init(isUTC: Bool, showsJobs: Bool) { self.init(zone: isUTC ? .utc : nil, showsJobs: showsJobs) }

    // MARK: Tables

    /// `width`: of the screen; `nil`: any.
    package func table(_ rows: [LedgerAnswer], width: Int?, hasTitles: Bool = true) -> String {
        let titles = ["JOB", "RUN", "SLOT", "OUTCOME", "DURATION", "LATE", "ATT", "TEXT"].map { hasTitles ? $0 : "" }
        let columns: [TextTable.Column] = [
            .cut(titles[0], order: 1, least: 12), .whole(titles[1]), .whole(titles[2]), .whole(titles[3]),
            .dropped(titles[4], order: 2), .dropped(titles[5], order: 0), .dropped(titles[6], order: 1),
            .cut(titles[7], order: 0, least: 20),
        ]
        var text = self
        text.fine = Self.fine(rows)
        return TextTable(columns, rows.compactMap(text.cells)).text(width: width)
    }

    /// Those that have two slots in one second.
    private static func fine(_ rows: [LedgerAnswer]) -> Set<EntryID> {
        struct Second: Hashable {
            let entry: EntryID
            let second: Int64
        }
        var (slots, fine) = ([Second: Int64](), Set<EntryID>())
        func take(_ slot: Int64?, _ entry: EntryID) {
            guard let slot else { return }
            let second = Second(entry: entry, second: floorDivide(slot, 1_000_000))
            if slots.updateValue(slot, forKey: second).map({ $0 != slot }) ?? false { fine.insert(entry) }
        }
        for row in rows {
            switch row {
            case .run(let run): take(run.slot, run.entry)
            case .gap(let gap):
                for slot in [gap.first, gap.last] { take(slot, gap.entry) }
                if gap.last - gap.first < (gap.count - 1) * 1_000_000 { fine.insert(gap.entry) }
            default: break
            }
        }
        return fine
    }

    private func slot(_ microseconds: Int64, of entry: EntryID) -> String {
        fine.contains(entry) ? text(of: WallInstant(microseconds: microseconds)) : moment(microseconds)
    }

    private func cells(_ row: LedgerAnswer) -> [String]? {
        switch row {
        case .run(let run):
            return [
                showsJobs ? run.entry.description : "", "\(run.number)",
                run.slot.map { slot($0, of: run.entry) } ?? "-",
                run.outcome.rawValue, duration(run), StatusText.duration(run.lateness),
                "\(run.attempt)", words(run, withBegin: true),
            ]
        case .gap(let gap):
            return [
                showsJobs ? gap.entry.description : "", "-", slot(gap.last, of: gap.entry), gap.outcome.rawValue, "-",
                "-", "-",
                words(gap),
            ]
        default: return nil
        }
    }

    /// How long one took that was interrupted nobody knows.
    private func duration(_ run: LedgerAnswer.Run) -> String {
        run.outcome == .interrupted && run.duration == .zero ? "-" : StatusText.duration(run.duration)
    }

    /// `withBegin`: of a run without a slot, which nothing else says.
    private func words(_ run: LedgerAnswer.Run, withBegin: Bool = false) -> String {
        var parts = run.cause == "slot" ? [] : [run.cause]
        if run.slot == nil, withBegin { parts = ["\(run.cause) at \(moment(run.began))"] }
        // `cancelled by an operator` says more than `operator`.
        if let reason = run.reason, !run.text.hasSuffix(" \(reason)") { parts.append(reason) }
        // The error of a command begins with it.
        if let code = run.code, !run.text.hasPrefix("exit \(code)") { parts.append("exit code \(code)") }
        if !run.text.isEmpty { parts.append(PrintableText.escape(run.text, limit: 200)) }
        let words = parts.joined(separator: ": ")
        guard !run.settles, run.slot != nil else { return words }
        return words + (words.isEmpty ? "" : "; ") + next(run)
    }

    /// What follows an attempt that was not its slot's last.
    private func next(_ run: LedgerAnswer.Run) -> String {
        guard let pause = run.retryAfter else { return "another attempt follows" }
        return
            "another attempt \(StatusText.duration(Nanoseconds(pause.multipliedReportingOverflow(by: 1_000).partialValue))) later"
    }

    /// `12 slots since 2026-03-29T06:00:00+03:00: down`.
    private func words(_ gap: LedgerAnswer.Gap) -> String {
        let slots = gap.count == 1 ? "" : "\(gap.count) slots since \(slot(gap.first, of: gap.entry))"
        return [slots, gap.reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// A line: `2026-03-29T03:00:00+03:00  Worker exited  app:job  pid=812`.
    package func line(_ event: LedgerAnswer.Event) -> String {
        let entry = event.entry.map { "  \($0)" } ?? ""
        let text = event.text.isEmpty ? "" : "  \(PrintableText.escape(event.text))"
        return "\(moment(event.at))  \(PrintableText.escape(event.kind))\(entry)\(text)\n"
    }

    func moment(_ microseconds: Int64) -> String {
        text(of: WallInstant(seconds: WallInstant(microseconds: microseconds).wholeSeconds))
    }

    /// With its fraction of a second, if it has one.
    private func text(of instant: WallInstant) -> String {
        CivilText.text(instant, offset: zone.offset(at: instant.wholeSeconds))
    }

    // MARK: One slot

    /// `app:job.backup at 2026-11-29T06:30:00+02:00 (2026-11-29T05:30:00+01:00 in Europe/Berlin)`: the second if the zone of the job shows
    /// another time. `jobZone`: `nil`, it is that of those who read, or is not known.
    package func title(_ entry: EntryID, at moment: WallInstant, jobZone: ZoneSource.Zone? = nil) -> String {
        "\(entry) at \(time(moment, jobZone))"
    }

    func time(_ moment: WallInstant, _ jobZone: ZoneSource.Zone?) -> String {
        guard let jobZone, jobZone.rules.offset(at: moment.wholeSeconds) != zone.offset(at: moment.wholeSeconds) else {
            return text(of: moment)
        }
        let there = CivilText.text(moment, offset: jobZone.rules.offset(at: moment.wholeSeconds))
        return "\(text(of: moment)) (\(there) in \(jobZone.name.name))"
    }

    /// What became of the slot. `rows`: those that the ledger has of it.
    package func slot(_ title: String, _ rows: [LedgerAnswer]) -> String {
        var text = self
        text.fine = Self.fine(rows)
        return "\(title)\n" + rows.map { "  \(text.sentence($0))\n" }.joined()
    }

    /// One that has no end yet.
    package func going(_ run: JobStatus.Going, _ pid: Int64?, now: WallInstant) -> String {
        let began = WallInstant(microseconds: run.began)
        return "run \(run.number), attempt \(run.attempt), is going since \(moment(run.began)) "
            + "(\(SlotText.distance(from: now, to: began)))\(pid.map { ", pid \($0)" } ?? "")"
    }

    package func moment(of instant: WallInstant) -> String { moment(floorDivide(instant.nanoseconds, 1_000)) }

    private func sentence(_ row: LedgerAnswer) -> String {
        switch row {
        case .run(let run):
            let words = words(run)
            let isFine = fine.contains(run.entry)
            let which = isFine ? run.slot.map { "slot \(slot($0, of: run.entry)): " } ?? "" : ""
            let took = duration(run) == "-" ? "" : ", and took \(duration(run))"
            return "\(which)run \(run.number), attempt \(run.attempt), began \(moment(run.began)), "
                + "\(StatusText.duration(run.lateness)) late\(took): "
                + run.outcome.rawValue + (words.isEmpty ? "" : ": \(words)")
        case .gap(let gap):
            let (first, last) = (slot(gap.first, of: gap.entry), slot(gap.last, of: gap.entry))
            let others = gap.count == 1 ? "" : ", one of \(gap.count) from \(first) to \(last)"
            return "\(gap.outcome.rawValue)\(others)" + (gap.reason.map { ": \(Self.explain($0))" } ?? "")
        default: return ""
        }
    }

    /// The reasons of cronsupd-log(5), in words.
    package static func explain(_ reason: String) -> String {
        switch reason {
        case "overlap": "another slot of the job had its run, or was due"
        case "wait": "it waited for its group for as long as it may"
        case "no_worker": "no worker was there to begin it in time"
        case "down": "no cronsupd was there"
        case "lost": "its report was lost; the number of such slots is known"
        case "stop": "the job was told to stop"
        case "clock": "the clock was set back, and showed the slot a second time"
        case "paused": "the job was paused"
        case "deadline": "it could not begin within its starting_deadline"
        case "limit": "more slots came due without cronsupd than catch_up.max"
        case "operator": "an operator has ended it, or given it up"
        case "ledger": "the ledger did not say in time that its claim was on disk"
        default: reason
        }
    }

    // MARK: The ledger

    package static func page(_ status: LedgerAnswer.Status) -> String {
        let facts: [(String, String)] = [
            ("path", status.path), ("engine", status.engine), ("state", status.isOpen ? "open" : "not open"),
            ("trouble", status.trouble ?? ""), ("jobs", "\(status.jobs)"), ("runs", "\(status.runs)"),
            ("size", bytes(status.size) + (status.limit == 0 ? "" : " of \(bytes(status.limit))")),
            ("log ahead", bytes(status.log)),
            ("journal", status.journal == 0 ? "" : "\(bytes(status.behind)) of \(bytes(status.journal))"),
            ("records lost", status.lost == 0 ? "" : "\(status.lost)"),
        ]
        return TextTable.text(facts.filter { !$0.1.isEmpty }.map { [$0.0, $0.1] })
    }

    private static func bytes(_ count: Int64) -> String {
        if count >= 10 << 20 { return "\(count >> 20) MiB" }
        return count >= 10 << 10 ? "\(count >> 10) KiB" : "\(count) bytes"
    }
}
