import Kernel
import TestSupport
import Testing

@testable import Books
@testable import Journal

@Suite("The journal")
struct JournalTests {
    /// A directory with books and a journal, as a daemon and a ledger have it.
    private final class Place {
        let directory: TemporaryDirectory
        let place: PrivateDirectory

        init() throws {
            directory = try TemporaryDirectory()
            place = try PrivateDirectory.open(directory.path)
        }

        /// A daemon begins.
        func open(_ capacity: Int = JournalWriter.smallest, boot: String = "b") throws -> BookFile {
            let books = try BookFile(MappedFile("books", in: place, atLeast: BookFile.smallest), boot: boot)
            books.journal = try JournalWriter(
                in: place, capacity: capacity, boot: boot, inForce: books.number, mayGoOn: !books.areNew,
                id: (.random(in: 1...(.max)), 7))
            return books
        }

        func reader() throws -> JournalReader { try JournalReader(in: place) }
    }

    private func frame(_ number: Int64, _ text: String = "") -> JournalFrame {
        var frame = JournalFrame()
        frame.append(number)
        if !text.isEmpty { frame.append(text) }
        return frame
    }

    private func all(_ reader: JournalReader) throws -> [Int64] {
        var numbers: [Int64] = []
        while let read = try reader.next() { numbers.append(read.frame.words[0]) }
        return numbers
    }

    @Test("What the reader has done is known to the writer, also of a reader before it, and to the next writer")
    func news() throws {
        let place = try Place()
        let books = try place.open()
        let writer = try #require(books.journal)
        #expect(writer.readerNews == JournalReaderNews())
        let reader = try place.reader()
        for _ in 0..<3 { reader.noteCommit() }
        reader.noteSuccess(size: 4_096)
        #expect(writer.readerNews.commits == 3 && writer.readerNews.isWell && writer.readerNews.size == 4_096)
        try place.reader().noteFailure()
        #expect(writer.readerNews.failures == 1 && !writer.readerNews.isWell && writer.readerNews.commits == 3)
        let next = try #require(try place.open().journal)
        #expect(next.readerNews == writer.readerNews)
    }

    @Test("What was written is read in its order, with its texts, over many laps")
    func laps() throws {
        let place = try Place()
        let books = try place.open()
        let reader = try place.reader()
        var random = SystemRandomNumberGenerator()
        var (written, read) = (Int64(0), Int64(0))
        for _ in 0..<3_000 {
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                written += 1
                let text = String(repeating: "è", count: Int.random(in: 0...300, using: &random))
                #expect(try #require(books.journal).stage(frame(written, "\(written)\(text)"), .row))
            }
            books.bookJournal()
            let most = Int.random(in: 0...40, using: &random)
            for _ in 0..<most {
                guard let next = try reader.next() else { break }
                read += 1
                #expect(next.frame.words[0] == read && next.number == UInt64(read) && next.frame.count == 1)
                #expect(next.frame.texts.count == 1 && next.frame.texts[0].hasPrefix("\(read)"))
            }
            while written - read > 60, let next = try reader.next() {
                read += 1
                #expect(next.frame.words[0] == read)
            }
            reader.free(through: reader.position)
        }
        #expect(reader.position > UInt64(20 * JournalWriter.smallest), "laps")
        #expect(try #require(books.journal).lost == JournalLoss())
    }

    @Test("What is staged is not read before its booking is in force")
    func staged() throws {
        let place = try Place()
        let books = try place.open()
        let reader = try place.reader()
        try #require(books.journal).stage(frame(1), .row)
        #expect(try reader.next() == nil)
        books.bookJournal()
        #expect(try all(reader) == [1])
    }

    /// Daemon and ledger die before any step; what the ledger has is a list and the number that it has committed with it.
    @Test("A record is in the journal and in the books or in neither, and is kept once, wherever either is killed")
    func kills() throws {
        let place = try Place()
        var random = SystemRandomNumberGenerator()
        var (books, reader) = (try place.open(), try place.reader())
        var (truth, kept, committed) = ([Int64](), [Int64](), UInt64(0))
        for number in Int64(1)...4_000 {
            let death = Int.random(in: 0..<12, using: &random)
            let index = try books.makePlace(of: "app:job\(number % 3)")
            try #require(books.journal).stage(frame(number, "run \(number)"), .row)
            if death == 0 {
                books = try place.open()
            } else {
                books.stage(BookFile.Words(repeating: number), "", at: index)
                if death == 1 {
                    books = try place.open()
                } else {
                    try #require(books.journal).prepare(books.number + 1)
                    if death == 2 {
                        books = try place.open()
                    } else {
                        books.enforce()
                        truth.append(number)
                        if death == 3 { books = try place.open() } else { books.publish() }
                    }
                }
            }
            let isBooked = death > 2
            let record = books.place(of: "app:job\(number % 3)").flatMap { books.record(at: $0) }
            #expect((record?.words[0] == number) == isBooked, "the record of \(number), death \(death)")
            guard number % 5 == 0 else { continue }
            while let read = try reader.next() {
                guard read.number > committed else { continue }
                kept.append(read.frame.words[0])
                committed = read.number
            }
            // Killed between its commit and the freeing, it reads again what it has.
            if Bool.random(using: &random) { reader.free(through: reader.position) }
            if Int.random(in: 0..<3, using: &random) == 0 { reader = try place.reader() }
        }
        while let read = try reader.next() { if read.number > committed { kept.append(read.frame.words[0]) } }
        #expect(kept == truth)
    }

    @Test("Lines of runs give way first, then what is beside the runs, and what is lost is counted over a kill")
    func full() throws {
        let place = try Place()
        var books = try place.open()
        let text = String(repeating: "x", count: 1_000)
        func fill(_ weight: JournalWeight) throws -> Double {
            let journal = try #require(books.journal)
            while journal.stage(frame(0, text), weight) {}
            books.bookJournal()
            return Double(journal.used) / Double(journal.capacity)
        }
        #expect(0.73...0.75 ~= (try fill(.output)))
        #expect(0.88...0.90 ~= (try fill(.incident)))
        #expect(0.98...1 ~= (try fill(.row)))
        try #require(books.journal).stage(frame(1), .output)
        books.bookJournal()
        books = try place.open()
        let reader = try place.reader()
        #expect(reader.lost.output == 2 && reader.lost.incidents == 1 && reader.lost.rows == 1)
        #expect(try #require(books.journal).lost == reader.lost)
        let count = try all(reader).count
        reader.free(through: reader.position)
        #expect(count > 50 && reader.used == 0)
        #expect(try #require(books.journal).stage(frame(2, text), .output))
        books.bookJournal()
        // The numbers of those that are lost are not given again.
        let next = try reader.next()
        #expect(next?.number == UInt64(count) + 5)
    }

    @Test("An empty journal begins at its first byte")
    func emptiness() throws {
        let place = try Place()
        let books = try place.open(1_024 * 1_024)
        let reader = try place.reader()
        for number in Int64(1)...2_000 {
            try #require(books.journal).stage(frame(number, String(repeating: "y", count: 500)), .row)
            books.bookJournal()
            #expect(try all(reader) == [number])
            reader.free(through: reader.position)
        }
        let file = try MappedFile("journal", in: place.place, atLeast: 0)
        let used = Array(stride(from: 4_096, to: file.size, by: 8)).last { file.load($0) != 0 }
        #expect(try #require(used) < 2 * 4_096, "of a megabyte that was written, a page is used")
    }

    @Test("A journal of another boot, of other books or of another size begins anew, and has another identity")
    func anew() throws {
        let place = try Place()
        var books = try place.open()
        let first = try #require(books.journal).id
        try #require(books.journal).stage(frame(1), .row)
        books.bookJournal()
        books = try place.open(JournalWriter.smallest * 2)
        #expect(try #require(books.journal).id == first, "it has a record")
        let reader = try place.reader()
        #expect(try all(reader) == [1])
        reader.free(through: reader.position)
        books = try place.open(JournalWriter.smallest * 2)
        let second = try #require(books.journal).id
        #expect(second != first && books.journal?.capacity == JournalWriter.smallest * 2)
        books = try place.open(JournalWriter.smallest * 2, boot: "other")
        #expect(try #require(books.journal).id != second)
        let third = try #require(books.journal).id
        try FileSystem.remove("\(place.directory.path)/books")
        books = try place.open(JournalWriter.smallest * 2, boot: "other")
        #expect(try #require(books.journal).id != third)
    }

    @Test("Whoever goes to sleep is woken once, or sees what came before")
    func sleep() throws {
        let place = try Place()
        let books = try place.open()
        let reader = try place.reader()
        let journal = try #require(books.journal)
        #expect(!journal.takeSleeper())
        #expect(reader.sleep())
        #expect(journal.takeSleeper())
        #expect(!journal.takeSleeper())
        #expect(reader.sleep())
        reader.awake()
        #expect(!journal.takeSleeper())
        journal.stage(frame(1), .row)
        books.bookJournal()
        #expect(!reader.sleep())
        #expect(!journal.takeSleeper())
    }

    @Test("Bytes that are no journal are refused, or damage that is named, and never more")
    func garbage() throws {
        var random = SystemRandomNumberGenerator()
        let place = try Place()
        for round in 0..<300 {
            let books = try place.open()
            for number in Int64(0)..<50 { try #require(books.journal).stage(frame(number, "text \(number)"), .row) }
            books.bookJournal()
            let file = try MappedFile("journal", in: place.place, atLeast: 0)
            for _ in 0..<20 {
                let offset = Int.random(in: 0..<(round % 2 == 0 ? 4_096 : 8_192) / 8, using: &random) * 8
                file.store(Bool.random(using: &random) ? random.next() : random.next() % 512, offset)
            }
            guard let reader = try? place.reader() else { continue }
            do {
                for _ in 0..<10_000 { if try reader.next() == nil { break } }
            } catch {
                reader.skipAll()
            }
        }
    }
}
