import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A descriptor")
struct DescriptorTests {
    @Test("is closed when its owner goes")
    func closed() throws {
        let file = try CountedFile()
        let kept = open(file.path, O_RDONLY)
        #expect(file.openDescriptors == 1, "the counter counts")
        close(kept)
        #expect(file.openDescriptors == 0)

        for _ in 0..<100 { try file.openAndDrop() }
        #expect(file.openDescriptors == 0)
        let end = End(try Descriptor.open(reading: file.path))
        #expect(file.openDescriptors == 1)
        end.close()
        #expect(file.openDescriptors == 0)
    }

    @Test("is closed once only: its number is somebody else's then")
    func closedOnce() throws {
        let file = try CountedFile()
        let original = try Descriptor.open(reading: file.path)
        // Numbers that no other test takes.
        let first = End(try original.duplicate(atLeast: 900))
        #expect(file.openDescriptors == 2)
        first.close()
        let second = End(try original.duplicate(atLeast: 900))
        #expect(second.raw == first.raw)
        first.close()
        #expect(file.openDescriptors == 2)
        second.close()
        #expect(file.openDescriptors == 1)
    }

    @Test("is left open if it is released, or taken over if it was inherited")
    func release() async {
        await #expect(processExitsWith: .success) {
            let descriptor = try Descriptor.open(updating: "/dev/null")
            let number = descriptor.raw
            descriptor.release()
            #expect(fcntl(number, F_GETFD) != -1)
            dropInherited(number)
            #expect(fcntl(number, F_GETFD) == -1)
            if Descriptor.inherited(number) != nil { Issue.record("descriptor \(number) is closed") }
        }
    }

    @Test("that cannot be opened says what and why")
    func failures() throws {
        #expect(throws: SystemError("open", "/nowhere", code: ENOENT)) {
            try discard(Descriptor.open(reading: "/nowhere"))
        }
        #expect(throws: SystemError("open", "/", code: EISDIR)) { try discard(Descriptor.open(updating: "/")) }
        #expect(throws: SystemError("open", "/proc/self/new", code: ENOENT)) {
            try discard(Descriptor.create("/proc/self/new"))
        }
    }

    @Test("creates files that only their owner may read, and empties them")
    func create() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/file"
        try directory.write("long text", to: "file")
        try Descriptor.create(path).writeAll(bytes("new"))
        #expect(try readFile(path) == "new")
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("of a directory cannot be read")
    func readError() throws {
        let directory = try Descriptor.open(reading: "/")
        #expect(throws: SystemError("read", "descriptor \(directory.raw)", code: EISDIR)) {
            try transfer(reading: directory)
        }
    }

    @Test("finds a byte in what was read", arguments: [("", nil), ("abc", nil), ("\nx", 0), ("abc\n\n", 3)])
    func firstIndex(text: String, index: Int?) {
        bytes(text).withUnsafeBytes { #expect($0.firstIndex(ofByte: 0x0A) == index) }
        #expect(UnsafeRawBufferPointer(start: nil, count: 0).firstIndex(ofByte: 0) == nil)
    }
}

private func discard(_ descriptor: consuming Descriptor) {}
private func drop(_ descriptor: consuming Descriptor) {}

private func dropInherited(_ number: Int32) {
    guard let owner = Descriptor.inherited(number) else {
        Issue.record("descriptor \(number) is open")
        return
    }
    drop(owner)
}

/// A file of one test's own, so that no other test's descriptors are counted.
private final class CountedFile {
    private let directory: TemporaryDirectory
    private let inode: ino_t
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("text", to: "counted")
        path = "\(directory.path)/counted"
        inode = ino_t(try FileSystem.status(path).identity.inode)
    }

    var openDescriptors: Int {
        (Int32(0)..<1_024).count { number in
            var status = stat()
            return fstat(number, &status) == 0 && status.st_ino == inode
        }
    }

    func openAndDrop() throws {
        let descriptor = try Descriptor.open(reading: path)
        let copy = try descriptor.duplicate()
        _ = try transfer(reading: copy)
    }
}
