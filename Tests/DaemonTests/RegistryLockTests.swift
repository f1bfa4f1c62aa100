import Glibc
import Host
import Kernel
import Logging
import TestSupport
import Testing

@testable import Daemon

@Suite("The lock of a registry")
struct RegistryLockTests {
    private let directory: TemporaryDirectory
    private let place: String

    init() throws {
        directory = try TemporaryDirectory()
        place = "\(directory.path)/place"
        for name in ["registry", "other"] { try directory.write("", to: "\(name)/jobs.yaml") }
    }

    private func site(_ name: String) throws -> RegistrySite {
        let path = "\(directory.path)/\(name)"
        return try #require(try RegistrySite.find(path, try RegistryReader.readPatiently(path)))
    }

    private func lock(_ name: String = "registry") throws -> RegistryLock {
        try RegistryLock(try site(name), in: place)
    }

    private func isBusy(_ name: String) throws -> Bool {
        let site = try site(name)
        do throws(RuntimeFailure) {
            return try RegistryLock(site, in: place).path == nil
        } catch {
            guard case .busy = error else { throw error }
            return true
        }
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    // MARK: Which registry it is

    @Test("is the same by whatever path that goes")
    func samePath() throws {
        try directory.link("link", to: "registry")
        try directory.link("file.yaml", to: "registry/jobs.yaml")
        #expect(try site("link").key == site("registry").key)
        #expect(try site("other/../registry/").key == site("registry").key)
        #expect(try site("file.yaml").key == site("registry/jobs.yaml").key)
        #expect(try site("other").key != site("registry").key)
    }

    @Test("of a file is that of its name in its directory: it stays when the file is saved by renaming another")
    func savedFile() throws {
        let first = try site("registry/jobs.yaml")
        try directory.write("", to: "registry/more.yaml")
        #expect(try site("registry/more.yaml").key != first.key)
        #expect(try site("registry").key != first.key)
        try directory.write("", to: "registry/new")
        try FileSystem.rename("\(directory.path)/registry/new", to: "\(directory.path)/registry/jobs.yaml")
        #expect(try site("registry/jobs.yaml").key == first.key)
    }

    @Test("is not found for a path that leads elsewhere since it was read")
    func turned() throws {
        try directory.link("link", to: "registry")
        let path = "\(directory.path)/link"
        let reading = try RegistryReader.readPatiently(path)
        try directory.link("new", to: "other")
        try FileSystem.rename("\(directory.path)/new", to: path)
        #expect(try RegistrySite.find(path, reading) == nil)
        directory.remove("link")
        #expect(try RegistrySite.find(path, reading) == nil)
    }

    // MARK: Holding it

    @Test("is held by one daemon at a time, in a file that goes with it")
    func busy() throws {
        let path = try {
            let first = try lock()
            let path = try #require(first.path)
            #expect(path == "\(place)/registry/\(try site("registry").key).lock")
            #expect(try mode(path) == 0o600 && mode("\(place)/registry") == 0o700 && mode(place) == 0o700)
            let message = "'\(path)' is held by process \(getpid()): another cronsupd runs this registry"
            #expect {
                _ = try lock()
            } throws: {
                "\($0)" == message
            }
            #expect(try lock("other").path != nil)
            withExtendedLifetime(first) {}
            return path
        }()
        #expect(!FileSystem.exists(path))
        #expect(try !isBusy("registry"))
    }

    @Test(
        "is none where it cannot be safe, which keeps no daemon from its registry",
        arguments: ["file", "others", "link", "inner link"])
    func unavailable(obstacle: String) throws {
        switch obstacle {
        case "file": try directory.write("", to: "place")
        case "others":
            try FileSystem.createDirectories(place)
            chmod(place, 0o777)
        case "link": try directory.link("place", to: "other")
        default:
            try FileSystem.createDirectories(place)
            try directory.link("place/registry", to: "/tmp")
        }
        let (first, second) = (try lock(), try lock())
        #expect(first.path == nil && second.path == nil)
        let pipe = try TestPipe()
        let log = CronLog(LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .logfmt), level: .info)
        for _ in 0..<2 { first.report(to: log) }
        let lines = String(decoding: try pipe.read(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("level=NOTE message=\"Registry lock unavailable\" error=\"mkdir '") == true)
    }

    // MARK: Another registry

    @Test("is taken for the registry of a reload before that of the one in force is let go")
    func reload() throws {
        let lock = try lock()
        let before = try #require(lock.path)
        let hold = try lock.take(try site("other"))
        #expect(try isBusy("registry") && isBusy("other"))
        lock.adopt(hold)
        #expect(try !isBusy("registry") && isBusy("other"))
        #expect(!FileSystem.exists(before))
        // The same one again.
        lock.adopt(try lock.take(try site("other")))
        #expect(try isBusy("other"))
    }

    @Test("is not taken for a registry that another daemon has; the one in force stays")
    func refused() throws {
        let (lock, other) = (try lock(), try lock("other"))
        #expect(throws: RuntimeFailure.self) { try lock.take(try site("other")) }
        #expect(try isBusy("registry"))
        withExtendedLifetime((lock, other)) {}
    }

    // MARK: Files that somebody removes

    @Test("is taken anew if its file is removed, alone or with all directories", arguments: [true, false])
    func restored(isAlone: Bool) throws {
        let lock = try lock()
        let path = try #require(lock.path)
        #expect(lock.restore() == nil)
        if isAlone { try FileSystem.remove(path) } else { directory.remove("place") }
        guard case .restored(path)? = lock.restore() else { throw SystemError("not restored", code: 0) }
        #expect(lock.restore() == nil && lock.path == path)
        #expect(try isBusy("registry"))
    }

    @Test("is had again when another daemon lets go that has taken it meanwhile")
    func lost() throws {
        let lock = try lock()
        let path = try #require(lock.path)
        try FileSystem.remove(path)
        try {
            let other = try self.lock()
            guard case .lasting(path, .busy)? = lock.restore() else { throw SystemError("restored", code: 0) }
            #expect(lock.restore() == nil, "it is known")
            withExtendedLifetime(other) {}
        }()
        guard case .restored? = lock.restore() else { throw SystemError("not restored", code: 0) }
        #expect(try isBusy("registry"))
    }
}
