import Kernel
import TestSupport
import Testing

@testable import Books

@Suite("Books in shared memory")
struct BookFileTests {
    private func words(_ number: Int64) -> BookFile.Words {
        var words = BookFile.Words(repeating: number)
        for index in 51..<56 { words[index] = -number }
        return words
    }

    @Test("A record is there for the next one who opens the file, with its text")
    func survives() throws {
        let directory = try TemporaryDirectory()
        let place = try PrivateDirectory.open(directory.path)
        do {
            let books = try BookFile(MappedFile("books", in: place, atLeast: BookFile.smallest), boot: "b")
            let index = try books.makePlace(of: "app:job")
            #expect(books.record(at: index) == nil)
            books.book(words(7), "error", at: index)
            books.book(words(8), "è la fine", at: index)
        }
        let books = try BookFile(MappedFile("books", in: place, atLeast: BookFile.smallest), boot: "b")
        let index = try #require(books.place(of: "app:job"))
        let record = try #require(books.record(at: index))
        #expect(record.text == "è la fine" && record.words[0] == 8 && record.words[51] == -8 && record.words[55] == -8)
        #expect(books.has(words(8), "è la fine", at: index))
        #expect(!books.has(words(8), "è la fin", at: index) && !books.has(words(7), "è la fine", at: index))
        #expect(books.names == ["app:job"] && books.number == 2)
    }

    /// A daemon that is killed before any step of a booking, again and again.
    @Test("A booking is whole or not at all, wherever the daemon is killed")
    func kills() throws {
        let directory = try TemporaryDirectory()
        let place = try PrivateDirectory.open(directory.path)
        func open() throws -> BookFile {
            try BookFile(MappedFile("books", in: place, atLeast: BookFile.smallest), boot: "b")
        }
        var random = SystemRandomNumberGenerator()
        var (books, truth) = (try open(), [String: Int64]())
        for number in Int64(1)...2_000 {
            let name = "app:job\(Int.random(in: 1...3, using: &random))"
            let index = try books.makePlace(of: name)
            let death = Int.random(in: 0..<6, using: &random)
            if death == 0 { books = try open() }
            books.stage(words(number), "run \(number)", at: index)
            if death == 1 {
                books = try open()
            } else {
                books.commit()
                truth[name] = number
            }
            for (name, number) in truth {
                let index = try #require(books.place(of: name))
                let record = try #require(books.record(at: index), "\(name) after \(number)")
                #expect(record.words[0] == number && record.words[51] == -number && record.text == "run \(number)")
            }
        }
    }

    @Test("A record of a booking that did not come to its end does not come alive with the next booking of another job")
    func aborted() throws {
        let directory = try TemporaryDirectory()
        let place = try PrivateDirectory.open(directory.path)
        func open() throws -> BookFile {
            try BookFile(MappedFile("books", in: place, atLeast: BookFile.smallest), boot: "b")
        }
        var books = try open()
        let (one, other) = (try books.makePlace(of: "a:one"), try books.makePlace(of: "a:other"))
        books.book(words(1), "", at: one)
        books.stage(words(2), "", at: one)
        books = try open()
        books.book(words(3), "", at: other)
        books = try open()
        #expect(books.record(at: one)?.words[0] == 1 && books.record(at: other)?.words[0] == 3)
    }

    @Test("Books of another boot, of another format, or that are no books begin anew")
    func foreign() throws {
        let directory = try TemporaryDirectory()
        let place = try PrivateDirectory.open(directory.path)
        func open(_ boot: String) throws -> BookFile {
            try BookFile(MappedFile("books", in: place, atLeast: BookFile.smallest), boot: boot)
        }
        var books = try open("one")
        books.book(words(1), "", at: try books.makePlace(of: "a:b"))
        #expect(try open("one").names == ["a:b"])
        books = try open("two")
        #expect(books.names == [] && books.number == 0)
        _ = try PrivateFile.make("books", in: place, with: [UInt8](repeating: 0xA5, count: 30_000))
        #expect(try open("two").names == [])
    }

    @Test("There is room for more jobs than at the beginning, and for one in the place of another that is gone")
    func growth() throws {
        let books = try BookFile(MappedFile(memory: "books", size: BookFile.smallest), boot: "b")
        for number in 0..<300 {
            books.book(words(Int64(number)), "\(number)", at: try books.makePlace(of: "app:job\(number)"))
        }
        for number in 0..<300 {
            let index = try #require(books.place(of: "app:job\(number)"))
            #expect(books.record(at: index)?.text == "\(number)")
        }
        let index = try #require(books.place(of: "app:job7"))
        books.remove("app:job7")
        #expect(books.place(of: "app:job7") == nil && books.names.count == 299)
        #expect(try books.makePlace(of: "app:new") == index)
        #expect(books.record(at: index) == nil, "nothing of the one before")
    }
}
