import Kernel
package import Model

extension ProgramSource {
    /// Those of this machine, as they are when they are asked for.
    package static var host: ProgramSource {
        ProgramSource(
            inheritedPath: ThisProcess.environment("PATH"), program: lookUpProgram, directory: lookUpDirectory)
    }

    @Sendable
    private static func lookUpProgram(_ name: String, _ search: Search) -> Finding {
        let path = search.path ?? ProgramSearch.defaultPath
        switch ProgramSearch.look(for: name, path: path, directory: search.directory) {
        case .found: return .there
        case .denied(let file): return .unfit(file)
        case .missing: return .missing
        }
    }

    @Sendable
    private static func lookUpDirectory(_ path: String) -> Finding {
        do throws(SystemError) {
            return try FileSystem.status(path).kind == .directory ? .there : .unfit(path)
        } catch {
            // What cannot be looked at may be there.
            return error.isNotFound ? .missing : .there
        }
    }
}
