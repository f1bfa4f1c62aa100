import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A lock on a file")
struct FileLockTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = "\(directory.path)/lock"
    }

    private func isFree() throws -> Bool { try FileLock.take(path) != nil }

    @Test("is held by one at a time, until that one lets go")
    func exclusion() throws {
        do {
            guard let lock = try FileLock.take(path) else { throw TestFailure("the lock is held") }
            #expect(try !isFree())
            withExtendedLifetime(lock) {}
        }
        #expect(try isFree())
    }

    @Test("does not mind a file that is there already, whatever it says")
    func stale() throws {
        try directory.write("12345\n", to: "lock")
        #expect(try isFree())
    }

    @Test("has a note for people, which the next one replaces")
    func notes() throws {
        #expect(FileLock.note(in: path) == nil)
        guard let lock = try FileLock.take(path) else { throw TestFailure("the lock is held") }
        #expect(FileLock.note(in: path) == nil)
        try lock.leave(note: "a long note")
        #expect(FileLock.note(in: path) == "a long note")
        try FileLock.leave(note: "short", in: path)
        #expect(FileLock.note(in: path) == "short")
    }

    @Test("does not follow a link to somebody else's file")
    func link() throws {
        try directory.write("precious\n", to: "file")
        try directory.link("lock", to: "file")
        #expect(throws: SystemError("open", path, code: ELOOP)) { _ = try FileLock.take(path) }
    }

    @Test("knows whether its file is still where it was")
    func removed() throws {
        guard let lock = try FileLock.take(path) else { throw TestFailure("the lock is held") }
        var states = [lock.isStillThere]
        try FileSystem.rename(path, to: path + ".old")
        states.append(lock.isStillThere)
        try directory.write("", to: "lock")
        states.append(lock.isStillThere)
        try FileSystem.rename(path + ".old", to: path)
        states.append(lock.isStillThere)
        #expect(states == [true, false, false, true])
    }

    @Test("passes on to a program that gets it, and lasts as long as that lives, and no longer")
    func inheritance() throws {
        let input = try Pipe.open(nonblocking: .writer)
        let pid = try start("read x", input.reader)
        // It was let go here when the program had it.
        #expect(try !isFree())
        try input.writer.writeAll(Array("\n".utf8))
        #expect(try Children.collect(pid) == .exited(code: 0))
        #expect(try isFree())
    }

    @Test("is free at the death of its holder, by whatever signal")
    func death() throws {
        let input = try Pipe.open(nonblocking: .writer)
        let pid = try start("read x", input.reader)
        #expect(try !isFree())
        Children.signal(pid, .kill)
        #expect(try Children.collect(pid) == .signaled(SIGKILL, dumpedCore: false))
        #expect(try isFree())
    }

    @Test("is not held by other programs that are started meanwhile")
    func others() throws {
        let input = try Pipe.open(nonblocking: .writer)
        let null = try Descriptor.open(updating: "/dev/null")
        let pid: ProcessID
        do {
            guard let lock = try FileLock.take(path) else { throw TestFailure("the lock is held") }
            pid = try program("/bin/sh").spawn(
                arguments: ["-c", "read x"], input: input.reader, output: null, error: null)
            withExtendedLifetime(lock) {}
        }
        #expect(try eventually { try isFree() })
        Children.signal(pid, .kill)
        _ = try Children.collect(pid)
    }

    /// Of a shell, whose descriptor 5 is the lock's.
    private func start(_ script: String, _ input: borrowing Descriptor) throws -> ProcessID {
        let null = try Descriptor.open(updating: "/dev/null")
        guard let lock = try FileLock.take(path) else { throw TestFailure("the lock is held") }
        return try program("/bin/sh").spawn(
            arguments: ["-c", script], input: input, output: null, error: null, report: null, registry: null, lock: lock
        )
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
