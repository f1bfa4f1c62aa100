import Books
import Journal
import Kernel
import Supervision
import Turns
import Values

/// What outlives the daemon of its jobs: their records, and the notes of their workers.
final class JobBooks {
    private let books: BookFile
    /// `nil`: there was no room for it.
    let counters: CounterFile?
    private let directory: PrivateDirectory
    /// That nobody else writes here, or removes what is here.
    private let lock: FileLock
    private let boot: String

    private static let (bookFile, counterFile, noteSuffix) = ("books", "counters", ".note")

    /// Takes up those of this boot, if there are any. `id`: of new ones that go on with what is summed up in others.
    init(in runtime: String, instance: String, boot: String, id: UInt64? = nil) throws(SystemError) {
        directory = try BookPlace.open(in: runtime, instance: instance)
        lock = try BookPlace.lock(directory)
        self.boot = boot
        let file = try MappedFile(Self.bookFile, in: directory, atLeast: BookFile.smallest)
        books = try BookFile(file, boot: boot, id: id ?? .random(in: 1...(.max)))
        counters = Self.counters(in: directory, of: books)
    }

    /// Whatever keeps them out of the books keeps no job from running.
    private static func counters(in directory: borrowing PrivateDirectory, of books: BookFile) -> CounterFile? {
        guard let file = try? MappedFile(counterFile, in: directory, atLeast: CounterFile.smallest) else { return nil }
        return try? CounterFile(file, owner: books.id, isNew: books.areNew)
    }

    var path: String { directory.path }
    var id: UInt64 { books.id }
    /// Nothing of before is in them.
    var areNew: Bool { books.areNew }

    // MARK: The journal

    /// What goes into it is in force with the records here. `nil`: no ledger reads any.
    var journal: JournalWriter? { books.journal }

    /// `capacity`: in bytes, of a new one.
    func openJournal(capacity: Int) throws(SystemError) {
        books.journal = try JournalWriter(
            in: directory, capacity: capacity, boot: boot, inForce: books.number, mayGoOn: !books.areNew,
            id: (.random(in: 1...(.max)), .random(in: 0...(.max))))
    }

    /// What was staged in it alone.
    func bookJournal() { books.bookJournal() }

    /// Whether the next daemon would find them.
    var areStillThere: Bool { FileSystem.exists("\(directory.path)/\(Self.bookFile)") }

    private static func name(_ id: EntryID) -> String { JobLocks.stem(id) }

    // MARK: Records

    /// The jobs that have one, those apart whose names are too long to be read back.
    var ids: [EntryID] { books.names.compactMap { EntryID($0) } }

    func place(of id: EntryID) throws(SystemError) -> Int {
        let name = Self.name(id)
        if let place = books.place(of: name) { return place }
        let place = try books.makePlace(of: name)
        // What there is no room for is not counted.
        try? counters?.begin(place)
        return place
    }

    func record(of id: EntryID) -> JobRecord? {
        guard let place = books.place(of: Self.name(id)), let (words, text) = books.record(at: place) else {
            return nil
        }
        let record = JobRecord(RecordRow(words, text: text))
        return record.isSane ? record : nil
    }

    /// `isNew`: it is not what is there already.
    func write(_ record: consuming JobRecord, at place: Int, isNew: Bool = false) {
        let row = record.makeRow()
        if isNew || !books.has(row.words, row.text, at: place) { books.book(row.words, row.text, at: place) }
    }

    /// Of a job that has stopped.
    func noteTold(_ alert: JobStanding.Alert, of id: EntryID) {
        guard var record = record(of: id), let place = books.place(of: Self.name(id)) else { return }
        record.standing.untold.remove(alert)
        write(record, at: place)
    }

    /// Jobs that are gone are remembered for the numbers of their runs, if they are not too many.
    func forgetJobs(but wanted: Set<EntryID>) {
        let gone = ids.filter { !wanted.contains($0) }
        guard gone.count > wanted.count + Self.mostGone else { return }
        for id in gone {
            guard let record = record(of: id), record.books.isOpen || record.run != nil || record.owed != nil else {
                books.remove(Self.name(id))
                removeNote(of: id)
                continue
            }
        }
    }

    private static let mostGone = 1_000

    // MARK: Pauses

    private static let pauseFile = "pauses"

    /// `nil`: none are kept.
    func pauses(limit: Int) -> [UInt8]? {
        (try? PrivateFile.contents(of: Self.pauseFile, in: directory, limit: limit)) ?? nil
    }

    func replacePauses(_ bytes: [UInt8]) throws(SystemError) {
        try PrivateFile.replace(Self.pauseFile, in: directory, with: bytes)
    }

    // MARK: Notes

    /// A new note for the next worker of the job.
    func makeNote(of id: EntryID, epoch: UInt64) throws(SystemError) -> Descriptor {
        try PrivateFile.make(Self.name(id) + Self.noteSuffix, in: directory, with: RunNote(epoch: epoch).encoded())
    }

    /// `nil`: there is none, or none that is whole.
    func note(of id: EntryID) -> RunNote? {
        let bytes = try? PrivateFile.contents(of: Self.name(id) + Self.noteSuffix, in: directory, limit: RunNote.size)
        return bytes.flatMap { RunNote(bytes: $0) }
    }

    func removeNote(of id: EntryID) { try? FileSystem.remove("\(directory.path)/\(Self.name(id))\(Self.noteSuffix)") }
}
