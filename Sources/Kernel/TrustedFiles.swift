internal import CLinux
internal import Glibc
internal import Synchronization

/// Opens what root reads as configuration or runs, if nobody may have written it who is not trusted. One for each load: the last
/// directory stays open, so that its path is looked at once for all of its files.
package final class TrustedFiles: Sendable {
    private struct Place {
        let path: String
        let directory: TrustedDirectory
    }

    private let trust: Trust
    private let witness: (any FileWitness)?
    private let last = Mutex<Place?>(nil)

    package init(_ trust: Trust, _ witness: (any FileWitness)? = nil) { (self.trust, self.witness) = (trust, witness) }

    /// As `FileSystem.contents`.
    package func contents(
        of path: String, limit: Int
    ) throws(SystemError) -> (bytes: [UInt8], identity: FileIdentity)? {
        do throws(SystemError) {
            let found =
                trust.isAsked
                ? try FileSystem.contents(of: try open(path, O_RDONLY | O_NONBLOCK), path, limit: limit)
                : try FileSystem.contents(of: path, limit: limit)
            if let found { witness?.saw(found.identity, at: path) }
            return found
        } catch {
            witness?.failed(error, at: path, isListing: false)
            throw error
        }
    }

    /// As `FileSystem.names`.
    package func names(in path: String) throws(SystemError) -> [String] {
        do throws(SystemError) {
            // First: another one that comes into its place is noticed then.
            let key = witness == nil ? nil : try FileSystem.status(path).identity.key
            let names =
                trust.isAsked
                ? try FileSystem.names(in: try open(path, O_RDONLY | O_DIRECTORY), path)
                : try FileSystem.names(in: path)
            if let key { witness?.saw(key, names: names, at: path) }
            return names
        } catch {
            witness?.failed(error, at: path, isListing: true)
            throw error
        }
    }

    /// Makes the directories above a place that may be missing itself. Nothing is made in one that is not trusted.
    package func makeWay(to place: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try status(place)
        } catch {
            if error.isUntrusted { throw error }
        }
        guard let slash = place.lastIndex(of: "/"), slash != place.startIndex else { return }
        try FileSystem.createDirectories(String(place[..<slash]))
    }

    /// As `FileSystem.status`. A directory is told of when it is listed.
    package func status(_ path: String) throws(SystemError) -> (kind: FileKind, identity: FileIdentity) {
        do throws(SystemError) {
            let found =
                trust.isAsked
                ? try FileSystem.identity(try open(path, Int32(CLINUX_PATH_ONLY)), path)
                : try FileSystem.status(path)
            if found.kind != .directory { witness?.saw(found.identity, at: path) }
            return found
        } catch {
            witness?.failed(error, at: path, isListing: false)
            throw error
        }
    }

    /// For who goes on after a load: what comes next begins at the system's root again.
    package func forget() { last.withLock { $0 = nil } }

    /// The flags are those of open(2).
    func open(_ path: String, _ flags: Int32) throws(SystemError) -> Descriptor {
        guard trust.isAsked else { return try Descriptor.open(path, flags: flags) }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let parent = slash.map { String(path[...$0]) } ?? "."
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        var walk = TrustedWalk(trust, to: path, from: try directory(parent, of: path), name)
        return try walk.open(flags)
    }

    private func directory(_ path: String, of goal: String) throws(SystemError) -> TrustedDirectory {
        if let last = last.withLock({ $0 }), last.path == path { return last.directory }
        var walk = try TrustedWalk(trust, to: goal, along: path)
        let directory = try walk.enter()
        last.withLock { $0 = Place(path: path, directory: directory) }
        return directory
    }
}
