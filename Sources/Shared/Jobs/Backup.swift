import Clocks
import Kernel
import Values

/// Writes the files of a directory into a new archive (tar, ustar format) named after the slot.
///
/// The entry's data: `source_directory`, the directory to save, without those below it; `directory`, where the archives
/// go. Both are relative to the registry file. An archive appears under its name when it is complete, never
/// half-written.
@Sendable
func backup(_ context: JobContext) throws -> JobResult {
    let source = try context.path("source_directory")
    let directory = try context.path("directory")
    try FileSystem.createDirectories(directory, underMask: true)
    let archive = try archive(of: source)
    let name = "\(directory)/\(context.entry.lastComponent)-\(stamp(context)).tar"
    let partial = "\(name).partial"
    do {
        let file = try Descriptor.create(partial)
        try file.writeAll(archive)
        try FileSystem.rename(partial, to: name)
    } catch {
        // What is left of it would be taken for a backup by nobody, but would fill the disk.
        try? FileSystem.remove(partial)
        throw error
    }
    return "\((archive.count + 1_023) / 1_024)KB written"
}

private func stamp(_ context: JobContext) -> String {
    let time = CivilTime(context.slot ?? Clock.wall())
    return time.compact
}

private func archive(of source: String) throws -> [UInt8] {
    var archive = TarArchive()
    for name in try FileSystem.names(in: source) {
        let path = "\(source)/\(name)"
        guard try FileSystem.status(path).kind == .regular else { continue }
        guard let file = try FileSystem.contents(of: path, limit: TarArchive.largestFile) else {
            throw JobError("'\(path)' changed while it was read")
        }
        try archive.add(name: name, contents: file.bytes, modified: file.identity.modified)
    }
    return archive.finished()
}
