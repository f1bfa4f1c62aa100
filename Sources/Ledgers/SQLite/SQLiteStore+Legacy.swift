import Clocks
import LedgerRecords
package import LedgerStore

/// What a store that was removed under its process knew: without it what the journal has would be nobody's.
package struct Legacy: Sendable {
    fileprivate let life: LedgerRecord.Life?
    fileprivate let jobs: [LedgerRecord.Job]
    fileprivate let position: JournalPosition
}

extension SQLiteStore {
    /// The file is open still, whatever has become of its name. `nil`: it has taken nothing.
    package func legacy() -> Legacy? {
        guard let position, (try? refresh()) != nil else { return nil }
        let jobs = known.placesByNumber.map { number, place in known.accounts[place].record(number) }
        return Legacy(life: lifeRecord(), jobs: jobs.sorted { $0.job < $1.job }, position: position)
    }

    private func lifeRecord() -> LedgerRecord.Life? {
        let rows = try? database.rows(
            "SELECT uid, pid, began, host, boot, version, registry FROM life WHERE id = ?", [.integer(life)]
        ) { row in
            LedgerRecord.Life(
                uid: row.integer(0), pid: Int32(clamping: row.integer(1)),
                began: WallInstant(microseconds: row.integer(2)), host: row.text(3), boot: row.text(4),
                version: row.text(5), registry: row.text(6))
        }
        return rows?.first
    }

    /// Before anything else is taken. One that has taken of the same journal knows the jobs itself.
    package func inherit(_ legacy: Legacy) throws(LedgerError) {
        guard position?.journal != legacy.position.journal, let life = legacy.life else { return }
        // Ahead of all that is in the journal, and no part of it.
        var batch = RecordBatch(journal: legacy.position.journal)
        batch.append(.life(life), number: 0)
        for job in legacy.jobs { batch.append(.job(job), number: 0) }
        _ = try append(batch, .process)
        countedThrough = legacy.position
    }
}

extension JobAccount {
    /// As the daemon has said it, with the sums of now.
    fileprivate func record(_ number: Int64) -> LedgerRecord.Job {
        LedgerRecord.Job(
            job: number, at: seen, name: name, schedule: schedule, timezone: timezone, comment: comment, books: books,
            sums: sums,
            standing: .init(job: number, failures: failures, isFailing: isFailing, isLate: isLate, alerts: alerts),
            history: history)
    }
}
