internal import Glibc
internal import Synchronization

/// What was at a path when it was looked at for a load.
package enum FileMark: Hashable, Sendable {
    case missing
    /// Whatever is no directory.
    case file(FileIdentity)
    case directory(FileIdentity.Key, names: [String])
    /// It could not be read, or not be listed, for this reason (errno(3)).
    case unreadable(Int32)
    case unlistable(Int32)
}

/// Is told of all that is looked at. A worker has none, and so nothing of what one needs.
package protocol FileWitness: AnyObject, Sendable {
    func saw(_ identity: FileIdentity, at path: String)
    func saw(_ key: FileIdentity.Key, names: [String], at path: String)
    func failed(_ error: SystemError, at path: String, isListing: Bool)
}

/// What a load has looked at through `TrustedFiles`.
package final class FileRecord: FileWitness {
    private struct Notes {
        var marks: [String: FileMark] = [:]
        var isUntrusted = false
    }

    private let notes = Mutex(Notes())

    package init() {}

    package var marks: [String: FileMark] { notes.withLock { $0.marks } }

    /// Whether somebody who is not trusted may have written something of it.
    package var isUntrusted: Bool { notes.withLock { $0.isUntrusted } }

    /// The last look counts.
    private func note(_ mark: FileMark, at path: String) { notes.withLock { $0.marks[path] = mark } }

    package func saw(_ identity: FileIdentity, at path: String) { note(.file(identity), at: path) }

    package func saw(_ key: FileIdentity.Key, names: [String], at path: String) {
        note(.directory(key, names: names), at: path)
    }

    package func failed(_ error: SystemError, at path: String, isListing: Bool) {
        note(FileMark(error, isListing: isListing), at: path)
        if error.isUntrusted { notes.withLock { $0.isUntrusted = true } }
    }
}

extension FileMark {
    fileprivate init(_ error: SystemError, isListing: Bool) {
        if error.isNotFound || error.code == ENOTDIR && !isListing {
            self = .missing
        } else {
            self = isListing ? .unlistable(error.code) : .unreadable(error.code)
        }
    }

    /// What a look of the same kind finds at the path now.
    package func now(at path: String, _ trust: Trust) -> FileMark {
        let disk = TrustedFiles(trust)
        do throws(SystemError) {
            switch self {
            case .directory, .unlistable: return try Self.listed(path, disk)
            // What cannot be opened can be asked for its status all the same.
            case .unreadable:
                guard let (_, identity) = try disk.contents(of: path, limit: 0) else { return .missing }
                return .file(identity)
            case .missing, .file: return try Self.standing(at: path)
            }
        } catch {
            return FileMark(error, isListing: isListing)
        }
    }

    private var isListing: Bool {
        switch self {
        case .directory, .unlistable: true
        default: false
        }
    }

    private static func listed(_ path: String, _ disk: TrustedFiles) throws(SystemError) -> FileMark {
        let key = try FileSystem.status(path).identity.key
        return .directory(key, names: try disk.names(in: path))
    }

    /// What is not listed.
    private static func standing(at path: String) throws(SystemError) -> FileMark {
        let (kind, identity) = try FileSystem.status(path)
        return kind == .directory ? .unreadable(EISDIR) : .file(identity)
    }
}
