import Clocks
import Kernel
import Shared

/// Keeps the newest files of a directory and removes the others.
///
/// The entry's data: `directory`, relative to the registry file; `keep`, how many files stay (5 if absent); `suffix`, the
/// ending of the names to look at (all files if absent). Files count as newer the later they were modified.
@Sendable
func cleanup(_ context: JobContext) throws -> JobResult {
    let directory = try context.path("directory")
    let keep = Int(context.data["keep"]?.int ?? 5)
    guard keep >= 0 else { throw JobError("'keep' is \(keep); expected 0 or more") }
    let suffix = context.data["suffix"]?.string ?? ""
    var files: [(path: String, modified: Int64)] = []
    for name in try namesIfPresent(in: directory) where name.hasSuffix(suffix) {
        let path = "\(directory)/\(name)"
        // One that was taken away meanwhile needs no removing.
        guard let status = try? FileSystem.status(path), status.kind == .regular else { continue }
        files.append((path, status.identity.modified.nanoseconds))
    }
    files.sort { $0.modified > $1.modified }
    let surplus = files.dropFirst(keep)
    for file in surplus { try FileSystem.remove(file.path) }
    return "\(surplus.count) files removed"
}

/// A directory that nobody has created yet has nothing to clean up.
private func namesIfPresent(in directory: String) throws -> [String] {
    do {
        return try FileSystem.names(in: directory)
    } catch  where error.isNotFound {
        return []
    }
}
