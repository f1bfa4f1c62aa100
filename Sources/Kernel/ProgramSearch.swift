internal import CLinux
internal import Glibc

/// Finds a program as execvp(3) does, before anything is started.
package enum ProgramSearch {
    package enum Finding: Hashable, Sendable {
        /// A path for execve(2), from the directory in which the program is to begin.
        case found(String)
        /// There are only files that may not be run; the first of them.
        case denied(String)
        case missing
    }

    /// Where to look if there is no PATH (confstr(3), _CS_PATH).
    package static let defaultPath = "/bin:/usr/bin"

    /// A name with a slash in it is a path already. `directory`: where the program is to begin, from which parts of
    /// PATH count that do not begin with a slash; `nil`: the directory of this process.
    package static func find(_ name: String, path: String, directory: String?) -> Finding {
        guard !name.isEmpty else { return .missing }
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return .found(name) }
        var denied: String?
        for part in path.split(separator: ":", omittingEmptySubsequences: false) {
            // An empty part stands for the current directory.
            let candidate = part.isEmpty ? "./\(name)" : "\(part)/\(name)"
            let file = candidate.utf8.first == UInt8(ascii: "/") ? candidate : "\(directory ?? ".")/\(candidate)"
            switch look(at: file) {
            case .runnable: return .found(candidate)
            case .denied: denied = denied ?? candidate
            case .missing: continue
            }
        }
        return denied.map { .denied($0) } ?? .missing
    }

    /// As `find`, and looks at a path too.
    package static func look(for name: String, path: String, directory: String?) -> Finding {
        guard name.utf8.contains(UInt8(ascii: "/")) else { return find(name, path: path, directory: directory) }
        let file = name.utf8.first == UInt8(ascii: "/") ? name : "\(directory ?? ".")/\(name)"
        switch look(at: file) {
        case .runnable: return .found(file)
        case .denied: return .denied(file)
        case .missing: return .missing
        }
    }

    private enum Look { case runnable, denied, missing }

    private static func look(at file: String) -> Look {
        var status = stat()
        guard unsafe withPath(file, { unsafe stat($0, &status) }) == 0 else {
            return errno == EACCES ? .denied : .missing
        }
        guard status.st_mode & S_IFMT == S_IFREG, FileSystem.isExecutable(file) else { return .denied }
        return .runnable
    }
}
