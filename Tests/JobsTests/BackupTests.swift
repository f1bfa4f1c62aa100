import Glibc
import Kernel
import TestSupport
import Testing
import Values

@testable import Jobs

@Suite("The job 'backup'")
struct BackupTests {
    private static func data(_ source: String = "source", _ directory: String = "backups") -> [(String, Value)] {
        [("source_directory", .string(source)), ("directory", .string(directory))]
    }

    @Test("writes the files of a directory into an archive named after entry and slot")
    func archive() throws {
        let home = try TemporaryDirectory()
        let files = [("a.txt", "first"), ("empty", ""), ("odd", String(repeating: "x", count: 513)), (".hidden", "h")]
        for (name, text) in files { try home.write(text, to: "source/\(name)") }
        try home.write("not saved", to: "source/below/b.txt")
        let result = try backup(context(Self.data(), directory: home.path))

        #expect(try names(in: "\(home.path)/backups") == ["backup-20261123T020406Z.tar"])
        let archive = try contents(of: "\(home.path)/backups/backup-20261123T020406Z.tar")
        let members = try TarReader.members(of: archive)
        #expect(members.map(\.name) == [".hidden", "a.txt", "empty", "odd"])
        #expect(members.map { String(decoding: $0.contents, as: UTF8.self) } == ["h", "first", "", files[2].1])
        #expect(result == "\((archive.count + 1_023) / 1_024)KB written")
    }

    @Test("keeps its archive from other users, and replaces one of the same slot")
    func replaced() throws {
        let home = try TemporaryDirectory()
        try home.write("one", to: "source/a")
        _ = try backup(context(Self.data("source", "deep/er/backups"), directory: home.path))
        try home.write("two", to: "source/a")
        _ = try backup(context(Self.data("source", "deep/er/backups"), directory: home.path))
        let path = "\(home.path)/deep/er/backups/backup-20261123T020406Z.tar"
        #expect(try TarReader.members(of: contents(of: path)).map(\.contents) == [Array("two".utf8)])
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("takes paths as they are if they begin at the root")
    func absolute() throws {
        let home = try TemporaryDirectory()
        try home.write("one", to: "source/a")
        _ = try backup(context(Self.data("\(home.path)/source", "\(home.path)/backups"), slot: nil))
        #expect(try names(in: "\(home.path)/backups").count == 1)
    }

    @Test("leaves nothing behind if there is nothing to save", arguments: ["gone", "source/file"])
    func noSource(source: String) throws {
        let home = try TemporaryDirectory()
        try home.write("", to: "source/file")
        let error = try #require(throws: SystemError.self) {
            try backup(context(Self.data(source), directory: home.path))
        }
        #expect(error.call == "opendir" && error.object == "\(home.path)/\(source)")
        #expect(try names(in: "\(home.path)/backups") == [])
    }

    @Test("fails on a name that the archive cannot hold")
    func longName() throws {
        let home = try TemporaryDirectory()
        try home.write("", to: "source/" + String(repeating: "n", count: 101))
        #expect(throws: JobError.self) { try backup(context(Self.data(), directory: home.path)) }
        #expect(try names(in: "\(home.path)/backups") == [])
    }

    @Test("leaves no half of an archive behind if it cannot be put in its place")
    func noPlace() throws {
        let home = try TemporaryDirectory()
        try home.write("", to: "source/a")
        try home.write("", to: "backups/backup-20261123T020406Z.tar/in-the-way")
        #expect(throws: SystemError.self) { try backup(context(Self.data(), directory: home.path)) }
        #expect(try names(in: "\(home.path)/backups") == ["backup-20261123T020406Z.tar"])
    }

    @Test("names the key that is missing", arguments: ["source_directory", "directory"])
    func missingKey(key: String) throws {
        let data = Self.data().filter { $0.0 != key }
        #expect(throws: JobError("the entry has no '\(key)'; expected a path")) { try backup(context(data)) }
    }
}
