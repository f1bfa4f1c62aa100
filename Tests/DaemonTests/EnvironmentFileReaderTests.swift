import Clocks
import Glibc
import Host
import Kernel
import Model
import TestSupport
import Testing

@Suite("Environment files on the disk")
struct EnvironmentFileReaderTests {
    @Test("are read whole; one that is larger than the limit is cut behind it")
    func contents() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a.env"
        try Descriptor.create(path).writeAll(Array("A=1\n".utf8))
        let reader = EnvironmentFileReader()
        #expect(reader.modified == WallInstant(nanoseconds: 0))
        #expect(reader.source.contents(of: path) == .bytes(Array("A=1\n".utf8)))
        #expect(try reader.modified == FileSystem.status(path).identity.modified)
        truncate(path, EnvironmentFileSource.largestFile + 100)
        guard case .bytes(let bytes) = reader.source.contents(of: path) else { throw Unread() }
        #expect(bytes.count == EnvironmentFileSource.largestFile + 1)
    }

    private struct Unread: Error {}

    @Test("are told apart that are missing, and that cannot be read")
    func failures() throws {
        let directory = try TemporaryDirectory()
        let source = EnvironmentFileReader().source
        let missing = "\(directory.path)/none"
        #expect(source.contents(of: missing) == .missing("open '\(missing)': No such file or directory"))
        #expect(source.contents(of: directory.path) == .unreadable("read '\(directory.path)': not a regular file"))
        // One that nobody writes to keeps nobody waiting.
        let pipe = "\(directory.path)/pipe"
        mkfifo(pipe, 0o600)
        #expect(source.contents(of: pipe) == .unreadable("read '\(pipe)': not a regular file"))
    }
}
