import Kernel

/// The locks that keep a second daemon out, and what becomes of their files: somebody may remove them.
///
/// Where the kernel does not tell of it, for which its limit of watches or a file system may be the reason, that is found when the
/// registry is read again, and in the runtime directory when a worker is started.
final class DaemonLocks {
    let registry: RegistryLock?
    private let runtime: RuntimeDirectory
    private let log: CronLog
    private let files: DirectoryWatch?

    init(_ runtime: RuntimeDirectory, _ registry: RegistryLock?, _ files: DirectoryWatch?, _ log: CronLog) {
        (self.runtime, self.registry, self.files, self.log) = (runtime, registry, files, log)
    }

    /// Takes those anew whose files are gone, and says so. To be called when the kernel has told of something.
    func check() {
        registry?.report(to: log)
        // One that goes in front of the watch is found after it.
        repeat { watch() } while restore()
    }

    /// A file that is watched already is no error.
    private func watch() {
        for path in [runtime.lockPath, registry?.path].compactMap(\.self) { files?.add(file: path) }
    }

    /// Returns whether there is another file to be watched.
    private func restore() -> Bool {
        let losses = [runtime.restore(), registry?.restore()].compactMap(\.self)
        for loss in losses { loss.report(to: log) }
        return losses.contains { if case .restored = $0 { true } else { false } }
    }
}
