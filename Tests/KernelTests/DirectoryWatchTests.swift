import Clocks
import TestSupport
import Testing

@testable import Kernel

@Suite("A watch over directories")
struct DirectoryWatchTests {
    private let directory: TemporaryDirectory
    private let watch: DirectoryWatch
    private let group = DirectoryWatch.Group(0)

    init() throws {
        (directory, watch) = (try TemporaryDirectory(), try DirectoryWatch())
        try directory.write("", to: "one/a/file")
        try directory.write("", to: "two/a/b/file")
    }

    /// How many the kernel looks at for the files, but for the directory's own and those above it.
    private func count(_ files: String...) throws -> Int {
        watch.watch(files.map { "\(directory.path)/\($0)" }, for: group)
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

    @Test("tells for whom something is, by the names that count")
    func news() throws {
        let (files, all) = (DirectoryWatch.Group(1), DirectoryWatch.Group(2))
        watch.watch(["\(directory.path)/one/a/file"], for: files)
        watch.watch([], whole: ["\(directory.path)/one/a"], for: all)
        try directory.write("", to: "one/a/file")
        #expect(watch.take().groups == [files, all])
        try directory.write("", to: "one/a/other")
        #expect(watch.take().groups == [all])
        try directory.write("", to: "one/a/.hidden")
        try directory.write("", to: "one/other")
        #expect(watch.take().groups == [])
        watch.watch([], for: all)
        try directory.write("", to: "one/a/file")
        #expect(watch.take().groups == [files])
        watch.watch([], for: files)
        try directory.write("", to: "one/a/file")
        #expect(watch.take() == DirectoryWatch.News())
    }

    @Test("tells that it is of no use where the kernel keeps no more")
    func overflow() throws {
        let limit = Self.mostKept
        try #require(limit > 0)
        watch.watch(["\(directory.path)/one/a/file"], for: group)
        #expect(!watch.take().isIncomplete)
        for number in 0...limit {
            let (from, to) = number % 2 == 0 ? ("file", "other") : ("other", "file")
            try FileSystem.rename("\(directory.path)/one/a/\(from)", to: "\(directory.path)/one/a/\(to)")
        }
        #expect(watch.take().isIncomplete)
        #expect(!watch.take().isIncomplete)
    }

    /// fs.inotify.max_queued_events
    private static var mostKept: Int {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard let file = try? Descriptor.open(reading: "/proc/sys/fs/inotify/max_queued_events"),
            case .bytes(let count)? = try? file.read(into: &bytes, from: 0)
        else { return 0 }
        return Int(String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self)) ?? 0
    }
}

@Suite("File systems that others write to")
struct RemoteFileSystemTests {
    @Test("are known by their types, and local ones are none of them")
    func types() {
        let known: [(UInt32, String)] = [
            (0x6969, "nfs"), (0xFF53_4D42, "cifs"), (0x0102_1997, "9p"), (0x6573_5546, "fuse"),
            (0x794C_7630, "overlay"),
        ]
        for (type, name) in known { #expect(RemoteFileSystem.name(of: type) == name) }
        // ext4, xfs, btrfs, tmpfs
        for type: UInt32 in [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994] {
            #expect(RemoteFileSystem.name(of: type) == nil)
        }
        #expect(RemoteFileSystem.name(at: "/proc") == nil && RemoteFileSystem.name(at: "/nowhere") == nil)
    }
}
