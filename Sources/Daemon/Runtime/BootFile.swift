import Kernel
import Values

/// The record of a boot, in a file of the runtime directory: the boot, the jobs that the first daemon found, and then each that has
/// begun. A job that comes later has its run at the next boot.
final class BootFile: BootRecord {
    /// `nil`: the record is kept in memory alone.
    private let directory: String?
    let boot: String
    private var due: Set<EntryID> = []

    private static let name = "boot"
    /// For 100,000 entries with the longest IDs, each twice.
    private static let largest = 64 << 20
    private static let (dueWord, ranWord) = ("due", "ran")

    init(in directory: String?, boot: String) { (self.directory, self.boot) = (directory, boot) }

    /// Takes up the record of this boot. If there is none, the runs of `jobs` are due, and a record is made. Returns whether that
    /// was so.
    func open(_ jobs: [EntryID]) throws(SystemError) -> Bool {
        if let known = try read() {
            due = known
            return false
        }
        due = Set(jobs)
        try write()
        return true
    }

    func isDue(_ id: EntryID) -> Bool { due.contains(id) }

    func began(_ id: EntryID) throws(SystemError) {
        guard due.remove(id) != nil, let directory else { return }
        let line = Array("\(Self.ranWord) \(id)\n".utf8)
        try PrivateFile.append(line, to: Self.name, in: try PrivateDirectory.open(directory))
    }

    /// Makes the file anew from what is known. To be called if somebody has removed it.
    func write() throws(SystemError) {
        guard let directory else { return }
        let lines = [boot] + due.sorted().map { "\(Self.dueWord) \($0)" }
        let text = lines.map { $0 + "\n" }.joined()
        try PrivateFile.replace(Self.name, in: try PrivateDirectory.open(directory), with: Array(text.utf8))
    }

    /// `nil`: there is no record of this boot.
    private func read() throws(SystemError) -> Set<EntryID>? {
        guard let directory,
            let bytes = try PrivateFile.contents(
                of: Self.name, in: try PrivateDirectory.open(directory), limit: Self.largest)
        else { return nil }
        // A line that was cut off by a crash has no end, and counts for nothing.
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        guard lines.first.map(String.init) == boot else { return nil }
        var due: Set<EntryID> = []
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            guard words.count == 2, let id = EntryID(String(words[1])) else { continue }
            if words[0] == Self.dueWord { due.insert(id) } else { due.remove(id) }
        }
        return due
    }
}
