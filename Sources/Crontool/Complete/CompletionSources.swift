import Host
import Kernel
import Model
import Registry

/// What completions are made of that is not in the programs themselves.
package struct CompletionSources: Sendable {
    static let usualRegistry = "/etc/cronsupd"
    private static let userFile = "/etc/passwd"
    private static let longestUserFile = 16 << 20

    /// Of the registry at a path; none if it cannot be loaded.
    let entries: @Sendable (String) -> [Entry]
    /// Of the daemon that a command line names; none if it does not answer at once.
    let jobs: @Sendable (NamedDaemon) -> [String]
    let zones: @Sendable () -> [String]
    let users: @Sendable () -> [String]

    /// Those of this machine. `jobs`: of a daemon.
    package static func machine(jobs: @escaping @Sendable (NamedDaemon) -> [String]) -> CompletionSources {
        CompletionSources(
            entries: { readEntries($0) }, jobs: jobs, zones: { ZoneDirectory().names }, users: { readUsers() })
    }

    /// What may keep a reader waiting, as a pipe or a terminal does, is not opened.
    private static func readEntries(_ path: String) -> [Entry] {
        let path = withHome(path)
        guard let kind = try? FileSystem.status(path).kind, kind == .regular || kind == .directory,
            let reading = try? RegistryReader.readPatiently(path)
        else { return [] }
        let load = RegistrySnapshot.load(reading.files, ignored: reading.ignored)
            .readingCrontabs(from: CrontabFileReader(runsJobs: false).source)
        return load.snapshot?.entries ?? []
    }

    /// The shell has not replaced a `~` yet.
    private static func withHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = ThisProcess.environment("HOME") else { return path }
        return home + path.dropFirst()
    }

    private static func readUsers() -> [String] {
        guard let file = try? FileSystem.contents(of: userFile, limit: longestUserFile) else { return [] }
        return String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
            .compactMap { $0.split(separator: ":", maxSplits: 1).first.map(String.init) }
    }
}
