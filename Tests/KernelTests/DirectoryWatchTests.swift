import Clocks
import TestSupport
import Testing

@testable import Kernel

@Suite("A watch over directories")
struct DirectoryWatchTests {
    private let directory: TemporaryDirectory
    private let watch: DirectoryWatch

    init() throws {
        (directory, watch) = (try TemporaryDirectory(), try DirectoryWatch())
        try directory.write("", to: "one/a/file")
        try directory.write("", to: "two/a/b/file")
    }

    /// How many the kernel looks at for the files, but for the directory's own and those above it.
    private func count(_ files: String...) throws -> Int {
        watch.watch(files.map { "\(directory.path)/\($0)" })
        let information = try Descriptor.open(reading: "/proc/self/fdinfo/\(watch.descriptor.raw)")
        var bytes = [UInt8](repeating: 0, count: 16_384)
        guard case .bytes(let count) = try information.read(into: &bytes, from: 0) else { return 0 }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split(separator: "\n").count { $0.hasPrefix("inotify wd:") }
            - directory.path.split(separator: "/").count - 1
    }

    @Test("is over each in which a part of a path stands, as far as they are there, and over no other")
    func ways() throws {
        #expect(try count("one/a/file") == 2)
        #expect(try count("one/a/file", "one/a/other", "two/a/b/file") == 5)
        #expect(try count("two/a/b/file") == 3)
        #expect(try count("two/missing/b/file") == 1)
        #expect(try count("missing") == 0)
        #expect(try count("one//./a/../a/file") == 2)
        #expect(try count() == -directory.path.split(separator: "/").count - 1)
    }

    @Test("follows links, each from the directory in which it stands")
    func links() throws {
        try directory.link("whole", to: "\(directory.path)/two/a")
        try directory.link("one/a/back", to: "../../whole/b")
        #expect(try count("whole/b/file") == 3)
        #expect(try count("one/a/back/file") == 5)
        try directory.link("one/circle", to: "../one/circle")
        #expect(try count("one/circle/file") == 1)
    }

    @Test("is over directories whose names are no UTF-8")
    func bytes() throws {
        let name = PathText.text(Array("caf".utf8) + [0xE9])
        try directory.write("", to: "\(name)/file")
        #expect(try count("\(name)/file") == 1)
    }

    @Test("is over directories that stand where others stood")
    func anew() throws {
        #expect(try count("one/a/file") == 2)
        try FileSystem.rename("\(directory.path)/one", to: "\(directory.path)/before")
        #expect(try count("one/a/file") == 0)
        try directory.write("", to: "one/a/file")
        #expect(try count("one/a/file") == 2)
    }
}
