import Clocks
import Kernel
import Values

/// Keeps the newest files of a directory and removes the others.
///
/// The entry's data: `directory`, relative to the registry file; `keep`, how many files stay (5 if absent); `suffix`,
/// the ending of the names to look at (all files if absent). Files count as newer the later they were modified.
@Sendable
func cleanup(_ context: JobContext) throws -> JobResult {
    let directory = try context.path("directory")
    let keep = try keptFiles(context)
    let suffix = try suffix(context)
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

// A value of another type is an error, never the default: what is removed by mistake does not come back.

private func keptFiles(_ context: JobContext) throws -> Int {
    guard let value = context.data["keep"] else { return 5 }
    guard let keep = value.int else { throw JobError("'keep' is no integer; expected a number of files") }
    guard keep >= 0 else { throw JobError("'keep' is \(keep); expected 0 or more") }
    return Int(keep)
}

private func suffix(_ context: JobContext) throws -> String {
    guard let value = context.data["suffix"] else { return "" }
    guard let suffix = value.string else { throw JobError("'suffix' is no string; expected an ending such as .log") }
    return suffix
}

/// A directory that nobody has created yet has nothing to clean up.
private func namesIfPresent(in directory: String) throws -> [String] {
    do {
        return try FileSystem.names(in: directory)
    } catch  where error.isNotFound {
        return []
    }
}
