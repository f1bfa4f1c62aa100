import Clocks
import Glibc
import Host
import Kernel
import TestSupport
import Testing
import Values

@testable import Daemon

@Suite("A runtime directory")
struct RuntimeDirectoryTests {
    private let directory: TemporaryDirectory
    private let place: String

    init() throws {
        directory = try TemporaryDirectory()
        try FileSystem.createDirectories("\(directory.path)/registry")
        place = "\(directory.path)/run"
    }

    private func open(_ registry: String = "registry") throws -> RuntimeDirectory {
        try RuntimeDirectory(in: place, key: RuntimePlace.key(of: "\(directory.path)/\(registry)"))
    }

    /// What another test starts meanwhile has the locks of this process until its exec.
    private func openWhenFree() throws -> RuntimeDirectory {
        var opened: RuntimeDirectory?
        _ = eventually {
            opened = try? open()
            return opened != nil
        }
        return try opened ?? open()
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    @Test("is for its user alone, and one for each path of a registry, however that is written")
    func oneEach() throws {
        try FileSystem.createDirectories("\(directory.path)/other")
        try directory.link("link", to: "registry")
        let (path, key, instance) = try {
            let first = try open()
            return (first.made, first.key, first.instance)
        }()
        #expect(path == "\(place)/\(key)")
        #expect(key.count == 16 && instance.hasSuffix("-\(key)"))
        #expect(try mode(place) == 0o700)
        #expect(try mode(path) == 0o700)
        #expect(try mode("\(path)/daemon.lock") == 0o600)
        #expect(try open("registry/../registry/").instance == instance)
        // A link may be turned to another one.
        #expect(try open("link").key != key)
        #expect(try open("other").key != key)
    }

    @Test("need not be: then there are locks that nobody else can have, and nothing is written")
    func none() throws {
        let runtime = try RuntimeDirectory.open(in: "none", isNamed: true, key: RuntimePlace.key(of: directory.path))
        #expect(runtime.path == nil && runtime.missing == nil && runtime.lockPath == nil && runtime.restore() == nil)
        #expect(runtime.instance.hasPrefix("\(getpid())-") && runtime.instance.hasSuffix("-\(runtime.key)"))
        let id = EntryID(namespace: "app", name: "one")!
        for _ in 0..<2 {
            guard case .granted(let lock, swept: 0) = runtime.claim(id, at: .init(nanoseconds: 0)) else {
                Issue.record("no lock")
                return
            }
            lock.note(getpid())
        }
        #expect(runtime.locks.holder(of: id) == nil && runtime.locks.holders.isEmpty)
        #expect(try runtime.clearPreviousLife([id]) == 0 && runtime.locks.withoutEntry.isEmpty)
        runtime.locks.discard(id)
        #expect(try FileSystem.names(in: directory.path) == ["registry"])
    }

    @Test("that cannot be made is none for the first process, unless somebody named it")
    func firstProcess() throws {
        try directory.write("", to: "file")
        let place = "\(directory.path)/file/run"
        func open(isNamed: Bool, isFirst: Bool) throws -> RuntimeDirectory {
            try RuntimeDirectory.open(
                in: place, isNamed: isNamed, key: RuntimePlace.key(of: directory.path), isFirstProcess: isFirst)
        }
        let none = try open(isNamed: false, isFirst: true)
        #expect(none.path == nil && none.missing?.reason.contains(place) == true)
        for (isNamed, isFirst) in [(true, true), (false, false), (true, false)] {
            #expect(throws: RuntimeFailure.self) { try open(isNamed: isNamed, isFirst: isFirst) }
        }
        let there = try RuntimeDirectory.open(
            in: self.place, isNamed: false, key: RuntimePlace.key(of: directory.path), isFirstProcess: true)
        #expect(there.path != nil)
        // Held by another one.
        #expect(throws: RuntimeFailure.self) {
            try RuntimeDirectory.open(
                in: self.place, isNamed: false, key: RuntimePlace.key(of: directory.path), isFirstProcess: true)
        }
        withExtendedLifetime(there) {}
    }

    @Test("lets one daemon in at a time, and tells the next one who has it")
    func busy() throws {
        let first = try open()
        do {
            _ = try open()
            Issue.record("two at once")
        } catch {
            #expect(
                "\(error)"
                    == "'\(first.made)/daemon.lock' is held by process \(getpid()): another cronsupd runs this registry"
            )
        }
        withExtendedLifetime(first) {}
    }

    @Test("does not mind what a daemon has left that crashed")
    func stale() throws {
        let path = try open().made
        try directory.write("1\n", to: "run/\(path.split(separator: "/").last ?? "")/daemon.lock")
        #expect(FileLock.note(in: "\(path)/daemon.lock") == "1")
        let second = try openWhenFree()
        #expect(FileLock.note(in: "\(path)/daemon.lock") == "\(getpid())")
        withExtendedLifetime(second) {}
    }

    @Test("is refused where others can write, or something else stands")
    func refused() throws {
        let path = try open().made
        try #require(chmod(path, 0o770) == 0)
        #expect(throws: RuntimeFailure.self) { try open() }
        try #require(unlink("\(path)/daemon.lock") == 0 && rmdir(path) == 0)
        try #require(symlink("/tmp", path) == 0)
        #expect(throws: RuntimeFailure.self) { try open() }
        try directory.write("", to: "file")
        do {
            _ = try RuntimeDirectory(in: "\(directory.path)/file/run", key: RuntimePlace.key(of: directory.path))
            Issue.record("a directory in a file")
        } catch {
            #expect(
                "\(error)" == "no runtime directory: mkdir '\(directory.path)/file/run': Not a directory; "
                    + "--runtime-directory names another place")
        }
    }

    // MARK: Removed

    @Test(
        "is made anew if somebody removes it, or its lock, and keeps its instance for the daemons to come",
        arguments: [true, false])
    func restored(isAlone: Bool) throws {
        let (path, instance) = try {
            let first = try open()
            #expect(first.restore() == nil)
            if isAlone { try FileSystem.remove(first.madeLock) } else { directory.remove("run") }
            // Somebody gets its inode.
            try FileSystem.createDirectories("\(directory.path)/stranger")
            guard case .restored(first.madeLock)? = first.restore() else { throw SystemError("not restored", code: 0) }
            #expect(first.restore() == nil)
            #expect(try mode(place) == 0o700 && mode(first.made) == 0o700 && mode(first.madeLock) == 0o600)
            #expect(throws: RuntimeFailure.self) { try open() }
            #expect(first.madeLock == "\(first.made)/daemon.lock")
            return (first.made, first.instance)
        }()
        #expect(FileSystem.exists("\(path)/instance") == !isAlone)
        for _ in 0..<2 { #expect(try openWhenFree().instance == instance) }
    }

    @Test("is left to a daemon that was first, and had again when that lets go")
    func lost() throws {
        let first = try open()
        directory.remove("run")
        try {
            let second = try open()
            guard case .lasting(second.lockPath, .busy)? = first.restore() else {
                throw SystemError("restored", code: 0)
            }
            #expect(first.restore() == nil, "it is known")
            withExtendedLifetime(second) {}
        }()
        guard case .restored? = first.restore() else { throw SystemError("not restored", code: 0) }
        #expect(throws: RuntimeFailure.self) { try open() }
        withExtendedLifetime(first) {}
    }

    @Test("cannot be made anew where something stands in its way, until that is gone")
    func blocked() throws {
        let first = try open()
        directory.remove("run")
        try directory.write("", to: "run")
        guard case .lasting(_, .unusable)? = first.restore() else { throw SystemError("restored", code: 0) }
        #expect(first.restore() == nil, "it is known")
        directory.remove("run")
        guard case .restored? = first.restore() else { throw SystemError("not restored", code: 0) }
    }
}

@Suite("The locks of jobs")
struct JobLocksTests {
    private let directory: TemporaryDirectory
    private let locks: JobLocks
    private let id = EntryID("app:job.one")!

    init() throws {
        directory = try TemporaryDirectory()
        locks = JobLocks(in: directory.path)
    }

    @Test("have a file for each entry, whatever its name")
    func fileNames() throws {
        #expect(JobLocks.fileName(id) == "app:job.one.lock")
        // They differ in one character, in the part that is cut off.
        let long = ["a", "b"].map { last in
            EntryID(namespace: String(repeating: "n", count: 128), name: String(repeating: "x", count: 127) + last)!
        }
        let names = long.map(JobLocks.fileName)
        #expect(Set(names).count == 2)
        #expect(names.allSatisfy { $0.utf8.count <= 255 && $0.contains("~") && $0.contains(":") })
        let dots = EntryID("..:..")!
        #expect(JobLocks.fileName(dots) == "..:...lock")
        for id in long + [id, dots] { #expect(try locks.take(id) != nil) }
    }

    @Test("are held by one worker at a time, which is known by its note")
    func holder() throws {
        let lock = try #require(try locks.take(id))
        #expect(try locks.take(id) == nil)
        #expect(locks.holder(of: id) == nil)
        lock.note(getpid())
        #expect(locks.holder(of: id)?.pid == getpid())
        // One that has ended is nobody.
        try lock.file.leave(note: "\(getpid()) 1")
        #expect(locks.holder(of: id) == nil)
        locks.discard(id)
        #expect(FileSystem.exists("\(directory.path)/app:job.one.lock"), "it is held")
    }

    @Test("leave no file behind when they are free")
    func discard() throws {
        _ = try locks.take(id)
        locks.discard(id)
        #expect(try FileSystem.names(in: directory.path) == [])
    }

    @Test("tell at the start which workers of a previous life are still at work, also of those that nobody has noted")
    func survey() throws {
        let (noted, nameless, free, gone) = (
            id, EntryID("app:nameless")!, EntryID("app:free")!, EntryID("app:gone")!
        )
        let holders = [try hold(noted), try hold(nameless)]
        for id in [free, gone] { _ = try locks.take(id) }
        try directory.write("1\n", to: "daemon.lock")
        try FileLock.leave(
            note: try #require(ProcessIdentity(holders[0])).note, in: "\(directory.path)/app:job.one.lock")

        try locks.survey([free])
        #expect(locks.holders == Set(holders))
        #expect(locks.holder(of: nameless)?.pid == holders[1])
        #expect(locks.withoutEntry == [noted, nameless])
        #expect(
            try FileSystem.names(in: directory.path) == [
                "app:free.lock", "app:job.one.lock", "app:nameless.lock", "daemon.lock",
            ])
        let children = ProcessTable.children(of: holders[0])
        #expect(children.count == 1)
        #expect(ProcessTable.descendants(of: holders[0]) == children)

        for holder in holders {
            Children.signalGroup(holder, .kill)
            _ = try Children.collect(holder)
        }
        #expect(locks.holders == [])
    }

    @Test("that have lost their files are those of the workers that hold them, until these end")
    func detached() throws {
        let lost = JobLocks(in: "\(directory.path)/lost")
        try FileSystem.createDirectories("\(directory.path)/lost")
        let worker = try hold(id, lost)
        directory.remove("lost")
        try FileSystem.createDirectories("\(directory.path)/lost")

        let next = JobLocks(in: "\(directory.path)/lost")
        // It is the place that counts as well.
        try locks.survey([id])
        #expect(locks.holders == [])
        try next.survey([id])
        #expect(next.holders == [worker])
        #expect(try next.take(id) == nil)
        #expect(next.holder(of: id)?.pid == worker)
        #expect(try next.take(EntryID("app:other")!) != nil)

        Children.signalGroup(worker, .kill)
        _ = try Children.collect(worker)
        #expect(next.hasJustBecomeFree(id))
        #expect(try next.take(id) != nil)
        #expect(next.holders == [])
    }

    @Test(
        "that have lost their files are no others' files of such a name",
        .enabled(if: geteuid() == 0, "needs root"), arguments: [true, false])
    func foreign(isLinked: Bool) throws {
        let place = "\(directory.path)/lost"
        try FileSystem.createDirectories(place)
        let stranger = try hold(id, JobLocks(in: place))
        let file = "\(place)/\(JobLocks.fileName(id))"
        // Of a name that is still somewhere nobody knows what it is for.
        if isLinked { link(file, "\(directory.path)/other") } else { chown(file, 12_345, 12_345) }
        directory.remove("lost")
        try FileSystem.createDirectories(place)
        let next = JobLocks(in: place)
        try next.survey([id])
        #expect(next.holders == [])
        #expect(try next.take(id) != nil)
        Children.signalGroup(stranger, .kill)
        _ = try Children.collect(stranger)
    }

    /// A process with the job's lock, and a child of its own.
    private func hold(_ id: EntryID, _ locks: JobLocks? = nil) throws -> ProcessID {
        let locks = locks ?? self.locks
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let lock = try #require(try locks.take(id))
        let shell = Program(path: "/bin/sh", environment: ["PATH=/usr/bin:/bin"], openFiles: try .current())
        let pid = try shell.spawn(
            arguments: ["-c", "sleep 600 5<&- & echo; wait"], input: null, output: pipe.writer, error: null,
            report: null, registry: null, lock: lock.file)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(try eventually { try pipe.reader.read(into: &buffer, from: 0) == .bytes(1) })
        return pid
    }
}

extension RuntimeDirectory {
    /// Of one that is there.
    fileprivate var made: String { path ?? "none" }
    fileprivate var madeLock: String { lockPath ?? "none" }
}
