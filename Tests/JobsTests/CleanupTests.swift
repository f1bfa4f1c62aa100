import Glibc
import Kernel
import TestSupport
import Testing
import Values

@testable import Jobs

@Suite("The job 'cleanup'")
struct CleanupTests {
    /// Files of growing age: the first is the newest.
    private func files(_ home: TemporaryDirectory, _ names: String...) throws {
        for (age, name) in names.enumerated() {
            try home.write("", to: "files/\(name)")
            var times = [timespec](repeating: timespec(tv_sec: 2_000_000_000 - age, tv_nsec: 0), count: 2)
            try #require(utimensat(AT_FDCWD, "\(home.path)/files/\(name)", &times, 0) == 0)
        }
    }

    private func clean(_ home: TemporaryDirectory, _ data: (String, Value)...) throws -> JobResult {
        try cleanup(context([("directory", .string("files"))] + data, directory: home.path))
    }

    @Test("keeps the newest files and removes the others")
    func newest() throws {
        let home = try TemporaryDirectory()
        try files(home, "d", "a", "c", "b", "e")
        #expect(try clean(home, ("keep", .int(2))) == "3 files removed")
        #expect(try names(in: "\(home.path)/files") == ["a", "d"])
        #expect(try clean(home, ("keep", .int(2))) == "0 files removed")
    }

    @Test("keeps five if it is not told how many")
    func five() throws {
        let home = try TemporaryDirectory()
        try files(home, "1", "2", "3", "4", "5", "6", "7")
        #expect(try clean(home) == "2 files removed")
        #expect(try names(in: "\(home.path)/files") == ["1", "2", "3", "4", "5"])
    }

    @Test("may be told to keep none, or more than there are")
    func extremes() throws {
        let home = try TemporaryDirectory()
        try files(home, "1", "2")
        #expect(try clean(home, ("keep", .int(.max))) == "0 files removed")
        #expect(try clean(home, ("keep", .int(0))) == "2 files removed")
        #expect(throws: JobError("'keep' is -1; expected 0 or more")) { try clean(home, ("keep", .int(-1))) }
    }

    @Test(
        "removes nothing if it is not told in numbers what to keep",
        arguments: [.string("2"), .double(1.5), .null] as [Value])
    func notANumber(keep: Value) throws {
        let home = try TemporaryDirectory()
        try files(home, "1", "2", "3", "4", "5", "6")
        let error = try #require(throws: JobError.self) { try clean(home, ("keep", keep)) }
        #expect(error.description.hasSuffix("; expected a number of files"))
        #expect(try names(in: "\(home.path)/files").count == 6)
    }

    @Test("removes nothing if the ending is none")
    func notAnEnding() throws {
        let home = try TemporaryDirectory()
        try files(home, "1", "2")
        #expect(throws: JobError("'suffix' is no string; expected an ending such as .log")) {
            try clean(home, ("suffix", .double(0.5)), ("keep", .int(0)))
        }
        #expect(try names(in: "\(home.path)/files").count == 2)
    }

    @Test("touches only files of the directory itself, with the ending that was asked for")
    func nothingElse() throws {
        let home = try TemporaryDirectory()
        try files(home, "new.tar", "old.tar", "old.tar.gz", "tar", "notes.txt", "sub.tar/inner.tar")
        try home.write("", to: "outside.tar")
        try home.link("files/dangling.tar", to: "gone")
        try home.link("files/sub-link.tar", to: "sub.tar")
        #expect(try clean(home, ("suffix", .string(".tar")), ("keep", .int(1))) == "1 files removed")
        let left = ["dangling.tar", "new.tar", "notes.txt", "old.tar.gz", "sub-link.tar", "sub.tar", "tar"]
        #expect(try names(in: "\(home.path)/files") == left)
        #expect(try names(in: "\(home.path)/files/sub.tar") == ["inner.tar"])
        #expect(try names(in: home.path) == ["files", "outside.tar"])
    }

    @Test("removes a link to a file, not the file")
    func links() throws {
        let home = try TemporaryDirectory()
        try home.write("kept", to: "target")
        try files(home, "a")
        try home.link("files/link", to: "../target")
        _ = try clean(home, ("keep", .int(0)))
        #expect(try names(in: "\(home.path)/files") == [])
        #expect(try contents(of: "\(home.path)/target") == Array("kept".utf8))
    }

    @Test("has nothing to do in a directory that is not there yet")
    func absent() throws {
        let home = try TemporaryDirectory()
        #expect(try clean(home) == "0 files removed")
        try home.write("", to: "files")
        #expect(throws: SystemError.self) { try clean(home) }
    }

    @Test("names the key that is missing")
    func missingKey() {
        #expect(throws: JobError("the entry has no 'directory'; expected a path")) { try cleanup(context()) }
    }
}
