import Model
import Schedules
import Values

/// Looks at an entry of the kind `cron.defaults` by itself, so that what is wrong in it is told once and not for each job.
struct DefaultsReader {
    let issues: EntryDiagnostics
    let zones: ZoneSource
    let accounts: AccountSource
    let files: EnvironmentFiles
    let controllers: GroupControllers

    static let keys =
        ["comment", "environment", "lifecycle", "shell", "working_directory"] + PolicyReader.keys + ProcessReader.keys
        + EnvironmentReader.keys

    func check() {
        checkKeys()
        let data = issues.data
        _ = (LifecycleReader.read(data), PolicyReader.read(data))
        var process = ProcessReader(data: data, accounts: accounts).settings()
        // Of a command its environment would not be looked at.
        let directory = RegistryPath.directory(of: issues.entry.location.file)
        EnvironmentReader(data: data, kind: .swift, directory: directory, files: files, accounts: accounts)
            .read(into: &process)
        _ = GroupLimitsReader.read(data, &process, controllers)
        if let shell = data["shell"], shell.value.string?.hasPrefix("/") != true {
            _ = shell.expected("an absolute path such as /bin/bash") as String?
        }
        ScheduleReader(id: issues.entry.id, meta: issues.meta, zones: zones).checkDefaults()
    }

    private func checkKeys() {
        for key in issues.data.value.map?.keys ?? [] where !Self.keys.contains(key) && !KnownKeys.isFree(key) {
            issues.data.unknownKey(key, Self.keys)
        }
        for key in Schedule.metaKeys where !JobDefaults.metaKeys.contains(key) {
            issues.meta[key]?.error("cannot be a default; expected it in each job", .key)
        }
    }
}
