import Clocks
import Glibc
import Registry
import TestSupport
import Testing

@testable import Host

@Suite("A registry on disk")
struct RegistryReaderTests {
    private func read(_ path: String, limits: RegistryLimits = .init()) throws -> [RegistryFile] {
        try #require(try RegistryReader.read(path, limits: limits), "nobody writes to it").files
    }

    /// The names of the files that are read in `directory`, relative to it.
    private func names(_ directory: TemporaryDirectory) throws -> [String] {
        try read(directory.path).map { String($0.path.dropFirst(directory.path.count + 1)) }
    }

    private func failure(_ path: String) throws -> String {
        try #require(throws: RegistryReader.Failure.self) { try RegistryReader.read(path) }.description
    }

    @Test("is every YAML file of a directory and of those below it, in byte order")
    func nested() throws {
        let directory = try TemporaryDirectory()
        for name in ["b.yaml", "a.yml", "sub/deep/c.yaml", "sub/B.yaml", "z.yaml/inner.yaml"] {
            try directory.write(name, to: name)
        }
        #expect(try names(directory) == ["a.yml", "b.yaml", "sub/B.yaml", "sub/deep/c.yaml", "z.yaml/inner.yaml"])
        let files = try read(directory.path)
        #expect(
            files.allSatisfy {
                !$0.isNamed && directory.path + "/" + String(decoding: $0.bytes, as: UTF8.self) == $0.path
            })
        #expect(try read(directory.path + "/").map(\.path) == files.map(\.path))
    }

    @Test("passes over names that begin with a dot and names that end otherwise")
    func passedOver() throws {
        let directory = try TemporaryDirectory()
        let names = [
            ".hidden.yaml", "..data/a.yaml", ".git/b.yaml", "readme.md", "a.yaml~", "a.yaml.bak", "a.YAML", "yaml",
            "ok.yaml",
        ]
        for name in names { try directory.write("", to: name) }
        #expect(try self.names(directory) == ["ok.yaml"])
    }

    @Test("notes what looks like a file of it and is not read")
    func ignored() throws {
        let directory = try TemporaryDirectory()
        for name in ["a.YAML", "b.Yml", "c.yaml.bak"] { try directory.write("", to: name) }
        mkfifo("\(directory.path)/d.yaml", 0o600)
        symlink("/dev/null", "\(directory.path)/e.yml")
        let reading = try #require(try RegistryReader.read(directory.path))
        let load = RegistrySnapshot.load(reading.files, ignored: reading.ignored)
        #expect(load.errors.isEmpty && load.snapshot?.entries.isEmpty == true)
        let suffix = "1:1: ignored: expected a name that ends in .yaml or .yml, in lower case"
        #expect(
            load.notes.map { $0.rendered.replacing(directory.path + "/", with: "") } == [
                "note[suffix-case]: a.YAML:\(suffix)", "note[suffix-case]: b.Yml:\(suffix)",
                "note[special-file]: d.yaml:1:1: ignored: a named pipe (FIFO); expected a regular file",
                "note[special-file]: e.yml:1:1: ignored: a device; expected a regular file",
            ])
    }

    @Test("follows the links of a ConfigMap mount, and reads its copies once")
    func configMap() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "..2026/jobs.yaml")
        try directory.link("..data", to: "..2026")
        try directory.link("jobs.yaml", to: "..data/jobs.yaml")
        #expect(try names(directory) == ["jobs.yaml"])
    }

    @Test("may be one file, of any name")
    func oneFile() throws {
        let directory = try TemporaryDirectory()
        try directory.write("text", to: ".jobs")
        let files = try read("\(directory.path)/.jobs")
        #expect(files.map(\.bytes) == [Array("text".utf8)])
        #expect(files.map(\.isNamed) == [true])
    }

    @Test("that is not there is an error")
    func missing() throws {
        #expect(try failure("/nowhere/jobs") == "stat '/nowhere/jobs': No such file or directory")
        #expect(try failure("") == "stat: No such file or directory")
    }

    @Test("that is neither file nor directory is an error")
    func device() throws {
        #expect(try failure("/dev/null") == "read '/dev/null': not a regular file")
    }

    @Test("that leads back into itself is an error")
    func loop() throws {
        let directory = try TemporaryDirectory()
        try directory.link("again", to: ".")
        #expect(try failure(directory.path).hasSuffix("/again': Too many levels of symbolic links"))
        let other = try TemporaryDirectory()
        try other.link("self.yaml", to: "self.yaml")
        #expect(try failure(other.path) == "stat '\(other.path)/self.yaml': Too many levels of symbolic links")
    }

    @Test("may have links that lead nowhere beside its files, and none in the place of a file")
    func danglingLinks() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "a.yaml")
        try directory.link("readme", to: "gone")
        #expect(try names(directory) == ["a.yaml"])
        try directory.link("b.yaml", to: "gone")
        #expect(try failure(directory.path) == "stat '\(directory.path)/b.yaml': No such file or directory")
    }

    @Test("may have names that are no UTF-8, its own files among them")
    func bytes() throws {
        let directory = try TemporaryDirectory()
        let name = PathText.text(Array("caf".utf8) + [0xE9])
        try directory.write("a", to: "\(name)/\(name).yaml")
        try directory.write("b", to: "\(name).txt")
        let files = try read(directory.path)
        #expect(files.map(\.bytes) == [Array("a".utf8)])
        #expect(files.map { PathText.shown($0.path) } == ["\(directory.path)/caf\\xe9/caf\\xe9.yaml"])
        try directory.link("\(name).yaml", to: "gone")
        #expect(try failure(directory.path) == "stat '\(directory.path)/caf\\xe9.yaml': No such file or directory")
    }

    @Test("of too many files is read as far as the first one too many")
    func fileLimit() throws {
        let directory = try TemporaryDirectory()
        for index in 0..<6 { try directory.write("", to: "\(index).yaml") }
        var limits = RegistryLimits()
        limits.files = 3
        #expect(try read(directory.path, limits: limits).count == 4)
        limits.files = 6
        #expect(try read(directory.path, limits: limits).count == 6)
    }

    @Test("has its large files cut behind the first byte too many")
    func sizeLimit() throws {
        let directory = try TemporaryDirectory()
        try directory.write("12345", to: "a.yaml")
        var limits = RegistryLimits()
        limits.fileBytes = 3
        #expect(try read(directory.path, limits: limits).map(\.bytes.count) == [4])
    }
}
