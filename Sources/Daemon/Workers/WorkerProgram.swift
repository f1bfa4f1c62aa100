package import Kernel
import Shared

/// The worker's program file: how to start it, and what it can do.
package final class WorkerProgram {
    package let path: String
    private let program: Program

    /// `openFiles`: the limit that workers get, which is the one that the daemon was started with.
    package init(path: String, openFiles: OpenFilesLimit) {
        self.path = path
        let own = ([WireFormat.supervisorVariable] + ServiceManager.variables).map { "\($0)=" }
        let inherited = ThisProcess.environment.filter { entry in !own.contains { entry.hasPrefix($0) } }
        let environment = inherited + ["\(WireFormat.supervisorVariable)=\(ThisProcess.id)"]
        program = Program(path: path, environment: environment, openFiles: openFiles)
    }

    /// Standard output and error are the same pipe, which keeps their lines in order.
    func spawn(
        arguments: [String], control: borrowing Descriptor, output: borrowing Descriptor,
        report: borrowing Descriptor
    ) throws(SystemError) -> ProcessID {
        try program.spawn(arguments: arguments, input: control, output: output, error: output, report: report)
    }

    /// Starts it to print its catalog.
    func spawnCatalog(input: borrowing Descriptor, output: borrowing Descriptor) throws(SystemError) -> ProcessID {
        try program.spawn(arguments: [WireFormat.catalogArgument], input: input, output: output, error: output)
    }

    var identity: FileIdentity? { try? FileSystem.status(path).identity }
}
