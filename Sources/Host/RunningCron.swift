import Crontabs
import Kernel

/// A cron daemon that runs the same crontabs as this program would.
enum RunningCron {
    private static let names: Set<String> = ["cron", "crond"]
    private static let mounts = "ns/mnt"

    /// In words, with how to stop it; `nil`: there is none that reads `path`, an absolute one.
    static func reader(of path: String) -> String? {
        guard isRead(path), let own = try? FileSystem.linkTarget("/proc/self/\(mounts)"),
            let processes = try? ProcessTable.processes()
        else { return nil }
        // One in another mount namespace, such as a container, has other files at the same path.
        for pid in processes {
            guard let name = ProcessTable.name(of: pid), names.contains(name),
                (try? FileSystem.linkTarget("/proc/\(pid)/\(mounts)")) == own
            else { continue }
            return
                "\(name) (PID \(pid)) is running and reads '\(path)' too, so each job would run twice; stop it with: "
                + "systemctl disable --now \(name) (or kill \(pid))"
        }
        return nil
    }

    private static func isRead(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return CrontabFile.isSystemPath(path) || CrontabFile.isSpoolDirectory(path) || parts == ["etc", "cron.d"]
            || CrontabFile.isSpoolDirectory("/" + parts.dropLast().joined(separator: "/"))
    }
}
