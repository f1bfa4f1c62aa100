import Clocks
import LedgerRecords
import LedgerStore

/// Attempts at slots that are not to begin before they are here.
extension SQLiteStore {
    /// Databases of before have none.
    static let claimTable = """
        CREATE TABLE IF NOT EXISTS claim (job INTEGER PRIMARY KEY, run INTEGER NOT NULL, slot INTEGER NOT NULL,
            attempt INTEGER NOT NULL, life INTEGER NOT NULL, at INTEGER NOT NULL, is_open INTEGER NOT NULL) STRICT
        """

    func take(_ record: LedgerRecord.Claim, _ result: inout Appended) throws(LedgerError) {
        guard let place = place(record.job, &result) else { return }
        var next = SlotClaim(
            run: record.run, slot: record.slot, attempt: Int64(record.attempt), life: life, at: record.at)
        let isGranted =
            try known.accounts[place].claim?.allows(next) { life throws(LedgerError) in try self.isOfThisBoot(life) }
            ?? true
        result.claims.append(
            .init(
                job: known.accounts[place].name, slot: record.slot, attempt: record.attempt, isGranted: isGranted))
        guard isGranted, let number = try number(of: record.run, place, &result) else { return }
        next.run = number
        known.accounts[place].take(next)
        dirty.insert(place)
        try saveClaim(of: place)
    }

    private func isOfThisBoot(_ other: Int64) throws(LedgerError) -> Bool {
        try database.number(
            "SELECT count(*) FROM life a, life b WHERE a.id = ? AND b.id = ? AND a.boot = b.boot AND a.boot <> ''",
            .integer(other), .integer(life)) == 1
    }

    func settleClaim(of place: Int, by run: Int64?, through slot: WallInstant?) throws(LedgerError) {
        if known.accounts[place].settleClaim(by: run, through: slot) { try saveClaim(of: place) }
    }

    func saveClaim(of place: Int) throws(LedgerError) {
        let account = known.accounts[place]
        guard let claim = account.claim else { return }
        try database.change(
            "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?, ?, ?)", .integer(account.id), .integer(claim.run),
            .integer(claim.slot.microseconds), .integer(claim.attempt), .integer(claim.life),
            .integer(claim.at.microseconds), SQLValue(claim.isOpen))
    }

    func loadClaims() throws(LedgerError) {
        let rows = try database.rows("SELECT job, run, slot, attempt, life, at, is_open FROM claim") { row in
            let claim = SlotClaim(
                run: row.integer(1), slot: WallInstant(microseconds: row.integer(2)), attempt: row.integer(3),
                life: row.integer(4), at: WallInstant(microseconds: row.integer(5)), isOpen: row.flag(6))
            return (row.integer(0), claim)
        }
        for (job, claim) in rows { if let place = known.place(id: job) { known.accounts[place].take(claim) } }
    }
}
