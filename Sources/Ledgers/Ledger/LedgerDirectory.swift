import Clocks
import Kernel
import Values

/// The directory of a ledger, of which one process at a time has the right.
struct LedgerDirectory: ~Copyable {
    private let directory: PrivateDirectory
    private let lock: FileLock
    /// Of this process, as the lock and the database say whose they are.
    let owner: String

    /// Why a ledger cannot be kept there.
    enum Refusal: Error {
        case system(SystemError)
        /// Another process has it.
        case inUse(by: String)
        /// Other machines reach it too.
        case network(String)

        var text: String {
            switch self {
            case .system(let error): "\(error)"
            case .inUse(let holder): holder
            case .network(let name): "it is on a file system of other machines (\(name))"
            }
        }
    }

    static let lockName = "ledger.lock"
    private static let ballastName = "ballast"
    /// So long the ledger of an earlier life may take to end.
    static let patience = Nanoseconds.seconds(2)

    /// `memory`: the directory of the journal. A ledger that still has the lock is ended if it is of the same journal.
    init(_ path: String, memory: String, allowsNetwork: Bool) throws(Refusal) {
        let directory = try Self.open(path)
        if let name = Self.networkFileSystem(path), !allowsNetwork { throw .network(name) }
        let owner = Self.identity(memory: memory)
        let lock = try Self.take(directory, owner)
        try? lock.leave(note: owner)
        directory.keepFromCleaners()
        Self.removeCopies(directory.path)
        self.directory = directory
        self.lock = lock
        self.owner = owner
    }

    /// Those that a process has left that was killed while it made one.
    private static func removeCopies(_ path: String) {
        for name in (try? FileSystem.names(in: path)) ?? [] where name.hasPrefix("ledger.db.backup-") {
            try? FileSystem.remove("\(path)/\(name)")
        }
    }

    private static func open(_ path: String) throws(Refusal) -> PrivateDirectory {
        do throws(SystemError) {
            if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
                try FileSystem.createDirectories(String(path[..<slash]))
            }
            return try PrivateDirectory.open(path)
        } catch { throw .system(error) }
    }

    var path: String { directory.path }
    var database: String { "\(path)/ledger.db" }

    /// `nil`: what it is on is this machine's alone.
    private static func networkFileSystem(_ path: String) -> String? {
        RemoteFileSystem.name(at: path).flatMap { $0 == "overlay" ? nil : $0 }
    }

    /// What a container's own layer has is gone with it.
    var isInContainerLayer: Bool { RemoteFileSystem.name(at: path) == "overlay" }
    var isOnNetwork: Bool { Self.networkFileSystem(path) != nil }

    // MARK: The lock

    /// `812 web2 27ef9d5f94f7a3cc`: the process, its host, and the journal of this boot that it reads.
    private static func identity(memory: String) -> String {
        let host = (try? ProcFile.text("/proc/sys/kernel/hostname", limit: 64))?.split(separator: "\n").first
        let boot = (try? BootIdentity.current()) ?? ""
        let journal = String(StableHash.of(Array("\(boot) \(memory)".utf8)), radix: 16)
        return
            "\(ThisProcess.id) \(host.map { String($0.split(separator: " ").joined(separator: "-")) } ?? "-") \(journal)"
    }

    private static func take(_ directory: borrowing PrivateDirectory, _ owner: String) throws(Refusal) -> FileLock {
        let path = "\(directory.path)/\(lockName)"
        if let lock = try attempt(directory, for: .zero) { return lock }
        let holder = FileLock.note(in: path) ?? ""
        guard isOfSameJournal(holder, owner) else { throw .inUse(by: described(holder)) }
        // It may be about to end, or it is stopped.
        if let lock = try attempt(directory, for: patience) { return lock }
        if let process = holder.split(separator: " ").first.flatMap({ ProcessID($0) }) { end(process) }
        if let lock = try attempt(directory, for: patience) { return lock }
        throw .inUse(by: described(FileLock.note(in: path) ?? ""))
    }

    private static func attempt(
        _ directory: borrowing PrivateDirectory, for patience: Nanoseconds
    ) throws(Refusal) -> FileLock? {
        let end = Clock.monotonic() + patience
        do throws(SystemError) {
            while true {
                if let lock = try FileLock.take(lockName, in: directory) { return lock }
                guard Clock.monotonic() < end else { return nil }
                var poll = Poll()
                try poll.wait(.milliseconds(20))
            }
        } catch { throw .system(error) }
    }

    private static func isOfSameJournal(_ holder: String, _ owner: String) -> Bool {
        let (other, own) = (holder.split(separator: " "), owner.split(separator: " "))
        return other.count == 3 && own.count == 3 && other[1...] == own[1...]
    }

    /// A ledger of an earlier life, which has the lock and so is the process of this number.
    private static func end(_ process: ProcessID) {
        guard let handle = try? ProcessHandle(process),
            let name = try? ProcFile.text("/proc/\(process)/comm", limit: 64), name.hasPrefix("cronledger")
        else { return }
        handle.kill()
    }

    private static func described(_ holder: String) -> String {
        let words = holder.split(separator: " ")
        return words.count == 3 ? "by cronledger of host \(words[1]), pid \(words[0])" : "by another process"
    }

    /// Whether it is where it was, and whoever looks for its lock there finds this one.
    var isStillThere: Bool { lock.isStillThere }

    // MARK: Files

    /// In bytes; 0: there is none.
    func size(_ suffix: String) -> Int64 { (try? FileSystem.status(database + suffix).identity.size) ?? 0 }

    /// Which file the database is; `nil`: there is none.
    var identity: FileIdentity.Key? { (try? FileSystem.status(database))?.identity.key }

    /// So many damaged databases are kept.
    private static let mostDamaged = 3

    /// What is wrong goes out of the way, for whoever can mend it. Returns its name.
    func setAside(at now: WallInstant) throws(SystemError) -> String {
        let stamp = CivilText.text(WallInstant(seconds: now.wholeSeconds), offset: nil).filter {
            $0 != "-" && $0 != ":"
        }
        let name = "\(database).damaged-\(stamp)"
        try FileSystem.rename(database, to: name)
        try? FileSystem.rename("\(database)-wal", to: "\(name)-wal")
        try? FileSystem.remove("\(database)-shm")
        forgetTheOldest()
        return name
    }

    private func forgetTheOldest() {
        let names = (try? FileSystem.names(in: path)) ?? []
        let damaged = names.filter { $0.hasPrefix("ledger.db.damaged-") && !$0.hasSuffix("-wal") }
        for name in damaged.dropLast(Self.mostDamaged) {
            for suffix in ["", "-wal"] { try? FileSystem.remove("\(path)/\(name)\(suffix)") }
        }
    }

    // MARK: Ballast

    /// What is given up when the disk is full: without it nothing works there, not even a removal. Twice what the log ahead may have.
    static let largestBallast = 16 << 20
    private var ballast: String { "\(path)/\(Self.ballastName)" }

    /// Returns whether there was any, and is none any more.
    func giveBallast() -> Bool { (try? FileSystem.remove(ballast)) != nil }

    /// Where there is room to spare. With bytes at random: a file system may keep zeros in no space.
    func takeBallast() {
        guard !FileSystem.exists(ballast), let free = try? DiskRoom.free(at: path) else { return }
        let size = min(Self.largestBallast, Int(clamping: free / 8)) & ~(Self.portion - 1)
        guard size > 0 else { return }
        do throws(SystemError) {
            try write(size, to: "\(ballast).new")
            try FileSystem.rename("\(ballast).new", to: ballast)
        } catch {
            try? FileSystem.remove("\(ballast).new")
        }
    }

    private static let portion = 64 << 10

    private func write(_ size: Int, to path: String) throws(SystemError) {
        let file = try Descriptor.create(path)
        var random = SystemRandomNumberGenerator()
        var bytes = [UInt8](repeating: 0, count: Self.portion)
        for _ in 0..<(size / Self.portion) {
            for index in stride(from: 0, to: bytes.count, by: 8) {
                let word = random.next()
                for byte in 0..<8 { bytes[index + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte))) }
            }
            try file.writeAll(bytes)
        }
    }
}
