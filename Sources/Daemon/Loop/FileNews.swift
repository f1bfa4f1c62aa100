import Clocks
import Kernel
import Links

/// What the kernel tells of changed files (inotify(7)), to all who look at some: the zones, the registry, the locks.
final class FileNews {
    /// `nil`: the kernel tells of nothing, for this reason.
    let directories: DirectoryWatch?
    private(set) var trouble: SystemError?
    private let loop: PollLoop
    /// When what comes is told again.
    private(set) var deadline = MonotonicInstant.distantFuture

    /// However busy a directory on the way is.
    static let rest = Nanoseconds.milliseconds(200)

    init(_ loop: PollLoop, _ open: () throws(SystemError) -> DirectoryWatch = { try DirectoryWatch() }) {
        self.loop = loop
        do throws(SystemError) {
            let directories = try open()
            try loop.poller.add(directories.descriptor, token: EventToken.files.packed, for: [.read, .once])
            self.directories = directories
        } catch {
            directories = nil
            trouble = error
        }
    }

    /// What has come. To be called at its event, after which nothing is told for a while.
    func take(at now: MonotonicInstant) -> DirectoryWatch.News {
        deadline = now + Self.rest
        return directories?.take() ?? DirectoryWatch.News()
    }

    /// To be called when the deadline is past.
    func goOn() {
        deadline = .distantFuture
        guard let directories else { return }
        try? loop.poller.modify(directories.descriptor, token: EventToken.files.packed, for: [.read, .once])
    }
}

extension DirectoryWatch.Group {
    static let zones = DirectoryWatch.Group(0)
    static let registry = DirectoryWatch.Group(1)
}
