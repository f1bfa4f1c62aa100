import Journal
import Kernel
import LedgerRecords
import LedgerStore

/// Takes records out of the journal in batches, and gives back the room of those that are safe.
final class JournalTap {
    private let path: String
    private var reader: JournalReader
    private(set) var batch: RecordBatch
    /// In words and bytes of text, of the batch.
    private var size = 0
    private var isAsleep = false
    /// Where the journal was no journal.
    private(set) var damage = 0

    /// Of a batch.
    static let mostRecords = 4_096
    static let mostBytes = 1 << 20

    /// `path`: of the directory.
    init(_ path: String) throws(SystemError) {
        self.path = path
        reader = try JournalReader(in: PrivateDirectory.open(path))
        batch = RecordBatch(journal: Self.id(reader))
    }

    private static func id(_ reader: JournalReader) -> JournalID { JournalID(high: reader.id.0, low: reader.id.1) }

    /// From what is not given back yet: what was taken since may be lost to the database.
    func restart() throws(SystemError) {
        reader = try JournalReader(in: PrivateDirectory.open(path))
        batch = RecordBatch(journal: Self.id(reader))
        (size, isAsleep) = (0, false)
    }

    var isFull: Bool { batch.records.count >= Self.mostRecords || size >= Self.mostBytes }
    var isEmpty: Bool { batch.records.isEmpty }
    /// In hundredths of the journal.
    var fill: Int { reader.used * 100 / max(1, reader.capacity) }
    var used: Int { reader.used }
    var capacity: Int { reader.capacity }

    /// Adds to the batch what there is, as far as it goes.
    func read() {
        wake()
        while !isFull {
            do throws(JournalDamage) {
                guard let (number, frame) = try reader.next() else { return }
                batch.append(LedgerRecord(frame), number: number)
                size += 8 * frame.count + frame.texts.reduce(64) { $0 + $1.utf8.count }
            } catch {
                damage += 1
                reader.skipAll()
            }
        }
    }

    /// The batch is in the database. What follows it is at this position.
    func takeBatch() -> UInt64 {
        batch.removeAll()
        size = 0
        return reader.position
    }

    // What the daemon tells those who watch it.
    func noteCommit() { reader.noteCommit() }
    func noteFailure() { reader.noteFailure() }
    func noteSuccess(size: Int64) { reader.noteSuccess(size: size) }

    func free(through position: UInt64) { reader.free(through: position) }

    /// Returns whether the writer will say when something comes.
    func sleep() -> Bool {
        isAsleep = isAsleep || reader.sleep()
        return isAsleep
    }

    func wake() {
        guard isAsleep else { return }
        isAsleep = false
        reader.awake()
    }
}
