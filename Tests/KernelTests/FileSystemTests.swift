import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("The file system")
struct FileSystemTests {
    @Test("tells files, directories and others apart, through links")
    func kinds() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "file")
        try directory.link("link", to: "file")
        let file = try FileSystem.status("\(directory.path)/file")
        let link = try FileSystem.status("\(directory.path)/link")
        #expect(file.kind == .regular && file.identity == link.identity && file.identity.size == 1)
        #expect(try FileSystem.status(directory.path).kind == .directory)
        #expect(try FileSystem.status("/dev/null").kind == .device)
        #expect(throws: SystemError("stat", "/nowhere", code: ENOENT)) { try FileSystem.status("/nowhere") }
    }

    @Test("knows a file that was replaced or written to from the one before")
    func identity() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "a")
        let before = try FileSystem.status("\(directory.path)/a").identity
        #expect(try FileSystem.status("\(directory.path)/a").identity == before)
        try directory.write("y", to: "b")
        try FileSystem.rename("\(directory.path)/b", to: "\(directory.path)/a")
        let replaced = try FileSystem.status("\(directory.path)/a").identity
        #expect(replaced != before && replaced.inode != before.inode)
        try directory.write("longer", to: "a")
        #expect(try FileSystem.status("\(directory.path)/a").identity != replaced)
    }

    @Test("lists the names of a directory in byte order")
    func names() throws {
        let directory = try TemporaryDirectory()
        for name in ["b", "a", "B", ".hidden", "é", "a.b", "日本"] { try directory.write("", to: name) }
        #expect(try FileSystem.names(in: directory.path) == [".hidden", "B", "a", "a.b", "b", "é", "日本"])
        #expect(throws: SystemError("opendir", "/nowhere", code: ENOENT)) { try FileSystem.names(in: "/nowhere") }
        #expect(throws: SystemError("opendir", "/dev/null", code: ENOTDIR)) { try FileSystem.names(in: "/dev/null") }
    }

    @Test("lists a name as long as a name may be")
    func longName() throws {
        let directory = try TemporaryDirectory()
        let name = String(repeating: "n", count: 255)
        try directory.write("", to: name)
        #expect(try FileSystem.names(in: directory.path) == [name])
    }

    @Test("reads a file whole, or up to one byte more than was asked for")
    func contents() throws {
        let directory = try TemporaryDirectory()
        try directory.write("12345", to: "file")
        try directory.write("", to: "empty")
        func read(_ name: String, _ limit: Int) throws -> String? {
            let contents = try FileSystem.contents(of: "\(directory.path)/\(name)", limit: limit)
            return contents.map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        #expect(try [100, 6, 5, 4, 0].map { try read("file", $0) } == ["12345", "12345", "12345", "12345", "1"])
        #expect(try read("empty", 10) == "")
        #expect(throws: SystemError("open", "\(directory.path)/none", code: ENOENT)) { try read("none", 1) }
    }

    @Test("reads nothing but files, and waits for no writer of a named pipe")
    func noFiles() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: SystemError("read", directory.path, code: EISDIR, note: "not a regular file")) {
            try FileSystem.contents(of: directory.path, limit: 10)
        }
        let pipe = "\(directory.path)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(throws: SystemError.self) { try FileSystem.contents(of: pipe, limit: 10) }
    }

    @Test("reads a link's target")
    func linkTarget() throws {
        let directory = try TemporaryDirectory()
        try directory.link("link", to: "../nowhere/é")
        #expect(try FileSystem.linkTarget("\(directory.path)/link") == "../nowhere/é")
        #expect(throws: SystemError("readlink", "/", code: EINVAL)) { try FileSystem.linkTarget("/") }
    }

    @Test("creates a directory with those above it, and is content with one that is there")
    func createDirectories() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a/b/c"
        try FileSystem.createDirectories(path)
        try FileSystem.createDirectories(path)
        #expect(try FileSystem.status(path).kind == .directory)
        try directory.write("", to: "file")
        #expect(throws: SystemError("mkdir", "\(directory.path)/file/x", code: ENOTDIR)) {
            try FileSystem.createDirectories("\(directory.path)/file/x")
        }
        #expect(throws: SystemError("mkdir", "", code: ENOENT)) { try FileSystem.createDirectories("") }
    }

    @Test("makes what it makes with the same permissions under any umask, but for what a job makes")
    func mask() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            umask(0o777)
            try FileSystem.createDirectories("\(directory.path)/above/it")
            try FileSystem.createDirectories("\(directory.path)/job", underMask: true)
            let own = try PrivateDirectory.open("\(directory.path)/private").directory("inner")
            _ = try FileLock.take("lock", in: own)
            try ControlGroup("\(directory.path)/group").create()
            let modes = ["above", "above/it", "job", "private", "private/inner", "private/inner/lock", "group"].map {
                permissions("\(directory.path)/\($0)")
            }
            #expect(modes == [0o755, 0o755, 0, 0o700, 0o700, 0o600, 0o755])
            let memory = try Descriptor.sealedMemory("sealed", [1])
            let shared = try SharedMemory("shared", size: 8)
            for raw in [memory.raw, shared.descriptor.raw] {
                let mode = permissions("/proc/self/fd/\(raw)")
                #expect(mode & 0o666 == 0o666)
            }
        }
    }

    @Test("takes a directory for its user's own that nobody else can write to, and no link to one")
    func privateDirectory() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/own"
        _ = try PrivateDirectory.open(path)
        try directory.link("link", to: "own")
        #expect(throws: SystemError.self) { _ = try PrivateDirectory.open("\(directory.path)/link") }
        try directory.write("", to: "file")
        #expect(throws: SystemError.self) { _ = try PrivateDirectory.open("\(directory.path)/file") }
        for mode in [0o720, 0o702, 0o777] as [mode_t] {
            chmod(path, mode)
            #expect(throws: SystemError.self) { _ = try PrivateDirectory.open(path) }
        }
    }

    @Test(
        "does not take another user's directory for its own",
        .enabled(if: geteuid() == 0, "needs root"))
    func foreignDirectory() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/foreign"
        _ = try PrivateDirectory.open(path)
        try #require(chown(path, 65_534, 65_534) == 0)
        #expect(throws: SystemError.self) { _ = try PrivateDirectory.open(path) }
    }

    @Test("goes on in a private directory that was opened, whatever has taken its path")
    func replacedDirectory() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/own"
        let own = try PrivateDirectory.open(path)
        try FileSystem.rename(path, to: "\(directory.path)/moved")
        try directory.link("own", to: "/nowhere")
        guard let lock = try FileLock.take("lock", in: own) else { throw TestFailure("the lock is held") }
        #expect(FileSystem.exists("\(directory.path)/moved/lock"))
        let isStillThere = lock.isStillThere
        #expect(!isStillThere)
    }

    @Test("gives the inode of a directory that is held to no other one")
    func heldDirectory() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/held"
        try FileSystem.createDirectories(path)
        let held = try HeldDirectory(path)
        let key = held.identity.key
        directory.remove("held")
        for number in 0..<50 {
            let other = "\(directory.path)/\(number)"
            try FileSystem.createDirectories(other)
            #expect(try FileSystem.status(other).identity.key != key)
        }
        withExtendedLifetime(held) {}
    }

    @Test("removes files and renames them")
    func remove() throws {
        let directory = try TemporaryDirectory()
        let (first, second) = ("\(directory.path)/first", "\(directory.path)/second")
        try directory.write("1", to: "first")
        try directory.write("2", to: "second")
        try FileSystem.rename(first, to: second)
        #expect(try readFile(second) == "1")
        try FileSystem.remove(second)
        #expect(try FileSystem.names(in: directory.path) == [])
        #expect(throws: SystemError("unlink", second, code: ENOENT)) { try FileSystem.remove(second) }
        #expect(throws: SystemError("rename", second, code: ENOENT)) { try FileSystem.rename(first, to: second) }
    }

    @Test("knows what may be executed")
    func executable() {
        #expect(FileSystem.isExecutable("/bin/sh"))
        #expect(!FileSystem.isExecutable("/etc/passwd") && !FileSystem.isExecutable("/nowhere"))
    }
}

private func permissions(_ path: String) -> mode_t {
    var status = stat()
    stat(path, &status)
    return status.st_mode & 0o777
}
