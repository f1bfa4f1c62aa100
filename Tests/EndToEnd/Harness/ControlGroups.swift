import Glibc
import Kernel
import Model
import Testing

/// The control groups that daemons make in tests.
enum ControlGroups {
    static let need: Comment = "needs control groups of version 2 that this user may make"

    static let own = try? ControlGroup.own()

    static let areAvailable: Bool = {
        guard let probe = own?.child("cronsupd-probe-\(ThisProcess.id)"), own?.canWrite("cgroup.procs") == true else {
            return false
        }
        defer { try? probe.remove() }
        return (try? probe.create()) != nil
    }()

    /// A command that becomes the one that follows, which sees no control groups then.
    static let hiding =
        areAvailable
        ? [
            "/usr/bin/unshare", "--mount", "/bin/sh", "-c",
            "for point in $(awk '/ - cgroup2 /{print $5}' /proc/self/mountinfo); do umount -l $point; done; exec \"$@\"",
            "sh",
        ] : []

    /// That of the daemon with this registry; `nil`: it has none.
    static func base(of registry: String) -> ControlGroup? {
        guard let path = try? FileSystem.realPath(registry) else { return nil }
        let base = own?.child("cronsupd-\(RegistryKey.of(path))")
        return base?.exists == true ? base : nil
    }

    /// Those of the daemon's workers, by name.
    static func leaves(of registry: String) -> [ControlGroup] {
        guard let base = base(of: registry), let names = try? base.children() else { return [] }
        return names.sorted().map { base.child($0) }
    }

    /// Where the daemon with this registry moves what its jobs leave on purpose.
    static func left(of registry: String) -> ControlGroup? {
        (try? FileSystem.realPath(registry)).flatMap { own?.child("cronsupd-\(RegistryKey.of($0))-left") }
    }

    /// After a daemon that was killed.
    static func clear(_ registry: String) {
        guard let base = base(of: registry) else { return }
        try? base.kill()
        try? wait("'\(base.path)' can be removed", within: 5) { (try? base.removeTree()) != nil }
    }
}
