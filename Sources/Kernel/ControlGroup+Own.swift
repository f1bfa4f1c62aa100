extension ControlGroup {
    /// Why a process has no group of version 2 that it could see.
    package struct Absence: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The group of this process. In a hybrid hierarchy it is one without controllers, in addition to those of version
    /// 1.
    package static func own() throws -> ControlGroup {
        try locate(mounts: ProcFile.text("/proc/self/mountinfo"), membership: ProcFile.text("/proc/self/cgroup"))
    }

    /// From what /proc/PID/mountinfo and /proc/PID/cgroup say (proc(5), cgroups(7)).
    static func locate(mounts: String, membership: String) throws(Absence) -> ControlGroup {
        let lines = membership.split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("0::/") }) else {
            throw Absence(description: "this process is in no control group of version 2")
        }
        let path = String(line.dropFirst(3))
        if path == "/.." || path.hasPrefix("/../") {
            throw Absence(description: "this process is outside of its namespace of control groups")
        }
        let found = mounts.split(separator: "\n").compactMap { Mount($0) }
        if found.isEmpty { throw Absence(description: "no file system of control groups of version 2 is mounted") }
        for mount in found {
            if let directory = mount.directory(of: path) { return ControlGroup(directory) }
        }
        throw Absence(description: "no mounted file system of control groups shows '\(path)'")
    }

    /// A line of mountinfo that mounts control groups of version 2.
    private struct Mount {
        /// The group that is mounted, and where.
        let root: String
        let point: String

        init?(_ line: Substring) {
            let fields = line.split(separator: " ")
            // Optional fields stand between the sixth and the dash.
            guard fields.count > 8, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count,
                fields[dash + 1] == "cgroup2"
            else { return nil }
            (root, point) = (Self.plain(fields[3]), Self.plain(fields[4]))
        }

        func directory(of path: String) -> String? {
            if root == "/" { return path == "/" ? point : point + path }
            if path == root { return point }
            return path.hasPrefix(root + "/") ? point + path.dropFirst(root.utf8.count) : nil
        }

        /// Blanks and backslashes are written as three octal digits.
        private static func plain(_ field: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = Array(field.utf8)[...]
            while let byte = rest.popFirst() {
                let digits = rest.prefix(3)
                if byte == UInt8(ascii: "\\"), digits.count == 3,
                    let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
                {
                    bytes.append(code)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
