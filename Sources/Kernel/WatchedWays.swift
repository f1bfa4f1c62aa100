internal import Clocks
internal import Glibc

/// The directories that are looked at for the sake of some paths.
package struct WatchedWays {
    /// What counts of a directory.
    private struct Wanted {
        var names: Set<String> = []
        /// All names but those with a dot in front count as well.
        var isWhole = false
    }

    /// By the kernel's numbers for the directories.
    private var wanted: [Int32: Wanted] = [:]
    /// The directories that hold a link, or the end of a path: what is written to them by others counts.
    package private(set) var places: Set<String> = []
    /// Why one is not looked at, although it may be there.
    package private(set) var trouble: SystemError?

    private unowned let watch: DirectoryWatch
    /// What is looked at besides the usual (inotify(7)).
    private let more: UInt32
    private var known: [String: Int32?] = [:]
    /// Where directories lead, since many files are in the same.
    private var ends: [String: End] = [:]

    private struct End {
        /// Without links.
        var directory: String
        var links = 0
    }

    init(_ watch: DirectoryWatch, adding more: UInt32) { (self.watch, self.more) = (watch, more) }

    package var numbers: Set<Int32> { Set(wanted.keys) }

    /// Whether an event of this watch counts. Without a name it is about the directory itself.
    func count(_ number: Int32, _ name: [UInt8]) -> Bool {
        guard let wanted = wanted[number] else { return false }
        if name.isEmpty || wanted.isWhole && name.first != UInt8(ascii: ".") { return true }
        return wanted.names.contains(PathText.text(name))
    }

    /// Each link on the way is followed, as many as the kernel follows (path_resolution(7)).
    mutating func add(wayTo path: String) {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { return }
        let root = path.hasPrefix("/") ? "" : "."
        let directory = "\(root)/\(parts.dropLast().joined(separator: "/"))"
        let start = ends[directory] ?? go(parts.dropLast(), from: End(directory: root))
        ends[directory] = start
        let end = go([name], from: start)
        places.insert(Self.parent(of: end.directory))
    }

    /// One that is called so, not a link to it.
    mutating func add(whole directory: String) {
        let slash = directory.hasSuffix("/") ? "" : "/"
        guard let number = number(of: directory + slash) else { return }
        wanted[number, default: Wanted()].isWhole = true
        places.insert(directory)
    }

    private mutating func go(_ parts: some BidirectionalCollection<Substring>, from start: End) -> End {
        var (end, rest) = (start, Array(parts.reversed()))
        while end.links <= DirectoryWatch.mostLinks, let name = rest.popLast() {
            if let number = number(of: "\(end.directory)/") {
                wanted[number, default: Wanted()].names.insert(String(name))
            }
            if let target = try? FileSystem.linkTarget("\(end.directory)/\(name)") {
                places.insert("\(end.directory)/")
                end.links += 1
                if target.hasPrefix("/") { end.directory = "" }
                rest += target.split(separator: "/").reversed()
            } else {
                end.directory += "/\(name)"
            }
        }
        return end
    }

    /// `nil`: it is not looked at.
    private mutating func number(of directory: String) -> Int32? {
        if let number = known[directory] { return number }
        let number = look(at: directory)
        known.updateValue(number, forKey: directory)
        return number
    }

    private mutating func look(at directory: String) -> Int32? {
        do throws(SystemError) {
            return try watch.add(directory, more)
        } catch {
            // What is missing is told of by the directory above it.
            if !error.isNotFound, ![ENOTDIR, ELOOP, ENAMETOOLONG].contains(error.code) { trouble = trouble ?? error }
            return nil
        }
    }

    private static func parent(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
    }
}
