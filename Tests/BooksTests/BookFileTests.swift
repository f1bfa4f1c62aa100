import Kernel
import TestSupport
import Testing

@testable import Books

@Suite("Books in shared memory")
struct BookFileTests {
    private func words(_ number: Int64) -> BookFile.Words {
        var words = BookFile.Words(repeating: number)
        words[51] = -number
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
        #expect(record.text == "è la fine" && record.words[0] == 8 && record.words[51] == -8)
        #expect(books.has(words(8), "è la fine", at: index))
        #expect(!books.has(words(8), "è la fin", at: index) && !books.has(words(7), "è la fine", at: index))
        #expect(books.names == ["app:job"] && books.number == 2)
    }
}
