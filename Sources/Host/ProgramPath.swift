import Kernel

/// Where programs are.
package enum ProgramPath {
    /// Of one that comes with this one: beside it, or where `make install` puts it.
    package static func of(_ name: String) -> String {
        let path = ThisProcess.executablePath ?? CommandLine.arguments[0]
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let beside = "\(directory)/\(name)"
        return FileSystem.isExecutable(beside) ? beside : "\(directory)/../libexec/cronsupd/\(name)"
    }
}
