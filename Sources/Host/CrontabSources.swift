package import Clocks
package import Crontabs
package import Kernel
import Model

/// Reads crontabs from files, from directories and from the standard input.
package struct CrontabSources {
    package private(set) var files: [CrontabFile] = []
    /// Which files were ignored, and why.
    package private(set) var notes: [String] = []

    /// When one of the files was last written to.
    package private(set) var modified = WallInstant(nanoseconds: 0)

    private let isSystem: Bool?
    private let owner: String?
    private let takesAll: Bool?
    private let host: CrontabHost
    private let disk: TrustedFiles

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let largest = 4 << 20

    /// `isSystem`: `nil` where the format follows from the path. `owner`: whose the crontabs are that do not say it. `takesAll`: also
    /// the files of a directory that cron would ignore; `nil`: nobody can ask for them.
    package init(
        isSystem: Bool?, owner: String?, takesAll: Bool? = nil, host: CrontabHost,
        disk: TrustedFiles = TrustedFiles(.unasked)
    ) throws(Failure) {
        if let owner, !CrontabText.isUser(owner) { throw Failure(description: "user: '\(owner)' is no user's name") }
        (self.isSystem, self.owner) = (isSystem, owner)
        (self.takesAll, self.host, self.disk) = (takesAll, host, disk)
    }

    /// `-` is the standard input.
    package mutating func add(_ path: String) throws {
        if path == "-" { return add(path, try StandardDescriptors.readInput(limit: Self.largest), "") }
        let place = try Self.absolute(path)
        if (try? disk.status(path).kind) == .directory { return try addDirectory(path, place) }
        let parts = place.split(separator: "/")
        guard parts.count > 1, parts[parts.count - 2] == "cron.d" else {
            return try add(path, contents(path), place)
        }
        try addFound(path, place)
    }

    /// The format follows from the absolute path `place`, unless an option says it. `owner`: the user that the file is named after.
    private mutating func add(_ path: String, _ bytes: [UInt8], _ place: String, owner: String? = nil) {
        let isOwned = owner != nil
        files.append(
            CrontabFile(
                path: path, bytes: bytes, isSystem: !isOwned && (isSystem ?? CrontabFile.isSystemPath(place)),
                owner: owner ?? self.owner, place: place))
    }

    // MARK: Directories

    private mutating func addDirectory(_ path: String, _ place: String) throws {
        do {
            for name in try disk.names(in: path) {
                let (file, filePlace) = (Self.join(path, name), Self.join(place, name))
                if CrontabFile.isSpoolDirectory(place) {
                    try addCrontab(of: name, file, filePlace)
                } else {
                    try addFound(file, filePlace)
                }
            }
        } catch let error as SystemError {
            throw Failure(description: "\(error)")
        }
    }

    /// The name of a user's crontab is that of the user.
    private mutating func addCrontab(of user: String, _ path: String, _ place: String) throws {
        guard host.accounts.user(user)?.name == user else {
            return notes.append("\(path): ignored, as by cron: '\(user)' is no user of this machine")
        }
        add(path, try contents(path), place, owner: user)
    }

    /// A file that nobody has named alone, or of a directory that is like cron.d: cron reads only some of them.
    private mutating func addFound(_ path: String, _ place: String) throws {
        let name = place.split(separator: "/").last.map(String.init) ?? ""
        guard takesAll == true || CrontabFile.isSystemName(name) else {
            return ignore(path, "its name has more than letters, digits, _ and -")
        }
        guard try isFile(path) else { return notes.append("\(path): ignored, as by cron: it is no file") }
        let bytes = try contents(path)
        guard takesAll == true || bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
            return ignore(path, "its last line has no end")
        }
        add(path, bytes, place)
    }

    private mutating func ignore(_ path: String, _ reason: String) {
        notes.append("\(path): ignored, as by cron: \(reason)" + (takesAll == nil ? "" : "; --all takes it"))
    }

    /// A link that leads nowhere is none.
    private func isFile(_ path: String) throws -> Bool {
        do throws(SystemError) { return try disk.status(path).kind == .regular } catch {
            guard error.isNotFound else { throw Failure(description: "\(error)") }
            return false
        }
    }

    // MARK: Paths

    private static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    /// Without `.` and `..`. Links stay: a path is what cron would call it.
    static func absolute(_ path: String) throws -> String {
        let full = path.hasPrefix("/") ? path : try join(Surroundings.directory(), path)
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private mutating func contents(_ path: String) throws -> [UInt8] {
        do {
            guard let (bytes, identity) = try disk.contents(of: path, limit: Self.largest) else {
                throw Failure(description: "'\(path)' was written to while it was read; try again")
            }
            guard bytes.count <= Self.largest else {
                throw Failure(description: "'\(path)' has more than \(Self.largest) bytes; expected a crontab")
            }
            modified = max(modified, identity.modified)
            return bytes
        } catch let error as SystemError {
            throw Failure(description: "\(error)")
        }
    }
}
