internal import CLinux

/// File systems that others can write to without this kernel, which then has nothing to tell (inotify(7)): those of other machines,
/// and layers of which only the upper one is written to through this mount.
package enum RemoteFileSystem {
    private static let names: [(type: UInt32, name: String)] = [
        (0x6969, "nfs"), (0xFF53_4D42, "cifs"), (0xFE53_4D42, "smb2"), (0x517B, "smb"), (0x0102_1997, "9p"),
        (0x6573_5546, "fuse"), (0x794C_7630, "overlay"), (0x00C3_6400, "ceph"), (0x5346_414F, "afs"),
        (0x6B41_4653, "kafs"), (0x7375_7245, "coda"), (0x0116_1970, "gfs2"), (0x7461_636F, "ocfs2"),
        (0x0BD0_0BD0, "lustre"), (0x786F_4256, "vboxsf"),
    ]

    /// `type`: as statfs(2) has it.
    static func name(of type: UInt32) -> String? { names.first { $0.type == type }?.name }

    /// `nil`: the one at the path is none of them, or cannot be asked.
    package static func name(at path: String) -> String? {
        let type = unsafe withPath(path) { unsafe clinux_file_system_type($0) }
        return type < 0 ? nil : name(of: UInt32(truncatingIfNeeded: type))
    }
}
