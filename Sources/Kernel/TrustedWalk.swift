internal import CLinux
internal import Glibc

/// A directory that was found to be trusted with all above it, held open.
final class TrustedDirectory: Sendable {
    let file: Descriptor
    /// Without links; empty for that of the system's root. For people.
    let path: String
    let isSticky: Bool

    init(_ file: consuming Descriptor, _ path: String, isSticky: Bool) {
        self.file = file
        (self.path, self.isSticky) = (path, isSticky)
    }
}

/// Goes along a path name by name, as the kernel does, and looks at each directory and link on the way (`Trust`). What it opens is
/// what it has looked at: whatever is renamed meanwhile, nobody gets something else in between.
struct TrustedWalk {
    private let trust: Trust
    /// What is looked for, for errors.
    private let goal: String
    private var directory: TrustedDirectory
    /// Those ahead; the next one is the last.
    private var names: [String] = []
    private var links = 0

    /// As the kernel.
    private static let mostLinks = 40
    private static let directoryOnly = Int32(CLINUX_PATH_ONLY) | O_DIRECTORY

    init(_ trust: Trust, to goal: String, along path: String) throws(SystemError) {
        (self.trust, self.goal) = (trust, goal)
        directory = try Self.root(trust, goal)
        add(path)
        if path.utf8.first != UInt8(ascii: "/") { add(try Surroundings.directory()) }
    }

    init(_ trust: Trust, to goal: String, from directory: TrustedDirectory, _ name: String) {
        (self.trust, self.goal, self.directory) = (trust, goal, directory)
        add(name)
    }

    private static func root(_ trust: Trust, _ goal: String) throws(SystemError) -> TrustedDirectory {
        let root = try Descriptor.open("/", flags: directoryOnly)
        let rights = try FileRights(of: root, goal)
        if let flaw = trust.flaw(of: root, rights, at: "/") { throw .untrusted(goal, flaw) }
        return TrustedDirectory(root, "", isSticky: rights.isSticky)
    }

    /// In front of those that are ahead.
    private mutating func add(_ path: String) {
        for name in path.utf8.split(separator: UInt8(ascii: "/")).reversed() {
            let name = String(Substring(name))
            if name != "." { names.append(name) }
        }
    }

    // MARK: Going

    /// Goes to the end, which must be a directory.
    mutating func enter() throws(SystemError) -> TrustedDirectory {
        while let name = names.popLast() { try enter(name) }
        return directory
    }

    /// Goes to the end and opens what is there.
    mutating func open(_ flags: Int32) throws(SystemError) -> Descriptor {
        while let name = names.popLast() {
            guard names.isEmpty else {
                try enter(name)
                continue
            }
            let file = try look(at: name, flags)
            let rights = try FileRights(of: file, goal)
            if rights.isLink, try isNameless(file) { return try openInherited(name, flags) }
            if try follow(file, rights, name) { continue }
            try vet(file, rights, name)
            return file
        }
        return try open(".", flags)
    }

    private mutating func enter(_ name: String) throws(SystemError) {
        let next = try look(at: name, Self.directoryOnly)
        let rights = try FileRights(of: next, goal)
        if try follow(next, rights, name) { return }
        guard rights.isDirectory else { throw SystemError("open", goal, code: ENOTDIR) }
        try vet(next, rights, name)
        directory = TrustedDirectory(next, path(of: name), isSticky: rights.isSticky)
    }

    /// Opens what the name stands for, or the link itself.
    private func look(at name: String, _ flags: Int32) throws(SystemError) -> Descriptor {
        do throws(SystemError) {
            return try open(name, flags)
        } catch {
            guard error.code == ELOOP || error.code == ENOTDIR else { throw error }
            return try open(name, Int32(CLINUX_PATH_ONLY))
        }
    }

    private func open(_ name: String, _ flags: Int32) throws(SystemError) -> Descriptor {
        try Descriptor.open(name, in: directory.file.raw, goal, flags: flags | O_NOFOLLOW)
    }

    // MARK: What a process has open

    /// Whether the link is one of /proc/PID/fd, as /dev/stdin is, to a file that has no name any more (proc(5)).
    private func isNameless(_ link: borrowing Descriptor) throws(SystemError) -> Bool {
        guard clinux_is_in_proc(link.raw) != 0 else { return false }
        return try FileSystem.linkTarget(of: link, goal).hasSuffix(" (deleted)")
    }

    /// No name leads to it, and so nobody can put another file into its place: its own rights count.
    private func openInherited(_ name: String, _ flags: Int32) throws(SystemError) -> Descriptor {
        let file = try Descriptor.open(name, in: directory.file.raw, goal, flags: flags)
        try vet(file, try FileRights(of: file, goal), name)
        return file
    }

    private func vet(_ file: borrowing Descriptor, _ rights: FileRights, _ name: String) throws(SystemError) {
        if let flaw = trust.flaw(of: file, rights, at: path(of: name)) { throw .untrusted(goal, flaw) }
    }

    /// Returns whether it is a link, whose names are ahead then.
    private mutating func follow(
        _ link: borrowing Descriptor, _ rights: FileRights, _ name: String
    ) throws(SystemError) -> Bool {
        guard rights.isLink else { return false }
        if directory.isSticky, !trust.includes(rights.owner) {
            throw .untrusted(goal, trust.owned(by: rights.owner, path(of: name)))
        }
        links += 1
        guard links <= Self.mostLinks else { throw SystemError("open", goal, code: ELOOP) }
        let target = try FileSystem.linkTarget(of: link, goal)
        if target.utf8.first == UInt8(ascii: "/") { directory = try Self.root(trust, goal) }
        add(target)
        return true
    }

    private func path(of name: String) -> String {
        guard name == ".." else { return "\(directory.path)/\(name)" }
        return directory.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(directory.path[..<$0]) } ?? ""
    }
}

extension SystemError {
    /// `flaw`: what is wrong with a file or directory on the way.
    static func untrusted(_ goal: String, _ flaw: String) -> SystemError {
        SystemError("open", goal, code: EPERM, note: flaw, isUntrusted: true)
    }
}
