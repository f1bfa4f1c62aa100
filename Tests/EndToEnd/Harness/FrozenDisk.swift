import Glibc
import Kernel
import Testing

/// A small file system of its own that can be frozen: who writes to it then waits uninterruptibly.
final class FrozenDisk {
    let path: String
    private let image: String
    private var isFrozen = false
    private var isMounted = false
    private unowned let scene: Scene

    static let need: Comment = "needs root, a loop device, and mkfs.ext4, fsfreeze, mount"
    static let isAvailable =
        geteuid() == 0 && access("/dev/loop-control", W_OK) == 0
        && ["/usr/sbin/mkfs.ext4", "/usr/sbin/fsfreeze", "/usr/bin/mount", "/usr/bin/umount"].allSatisfy {
            FileSystem.isExecutable($0)
        }

    init(_ scene: Scene) throws {
        self.scene = scene
        (path, image) = (scene.path("disk"), scene.path("image"))
        try FileSystem.createDirectories(path)
        try TextFile.write("", to: image)
        truncate(image, 16 << 20)
        try run(["/usr/sbin/mkfs.ext4", "-q", image])
        try run(["/usr/bin/mount", "-o", "loop", image, path])
        isMounted = true
    }

    func freeze() throws {
        try run(["/usr/sbin/fsfreeze", "-f", path])
        isFrozen = true
    }

    func thaw() throws {
        guard isFrozen else { return }
        try run(["/usr/sbin/fsfreeze", "-u", path])
        isFrozen = false
    }

    /// To be called before the scene's end, whatever has become of the test.
    func remove() {
        try? thaw()
        guard isMounted else { return }
        isMounted = false
        // Until those who wait for it have died.
        try? wait("it is unmounted") { (try? run(["/usr/bin/umount", path])) != nil }
    }

    private func run(_ arguments: [String]) throws {
        let finished = try scene.run(Array(arguments.dropFirst()), program: arguments[0])
        guard finished.status == .exited(code: 0) else { throw Failure("\(arguments): \(finished.errors)") }
    }
}
