/// What a program prints.
package enum ProgramOutput {
    /// Waits for its end. `nil`: it could not be started, or printed more than `limit` bytes. It is killed with this process.
    package static func read(_ path: String, _ arguments: [String], limit: Int) -> [UInt8]? {
        do {
            let program = Program(
                ProgramFile(path), environment: ThisProcess.environment, openFiles: try .current(),
                diesWithSpawner: true)
            let pipe = try Pipe.open(nonblocking: .neither)
            let pid = try start(program, arguments, pipe.writer)
            let output = try readAll(pipe.reader, limit)
            if output == nil { Children.signal(pid, .kill) }
            _ = try Children.collect(pid)
            return output
        } catch {
            return nil
        }
    }

    /// Leaves the pipe open for the program alone.
    private static func start(
        _ program: borrowing Program, _ arguments: [String], _ output: consuming Descriptor
    ) throws(SystemError) -> ProcessID {
        let none = try Descriptor.open(updating: "/dev/null")
        return try program.spawn(arguments: arguments, input: none, output: output, error: none)
    }

    private static func readAll(_ reader: borrowing Descriptor, _ limit: Int) throws(SystemError) -> [UInt8]? {
        var (output, room) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case .bytes(let count) = try reader.read(into: &room, from: 0) {
            guard output.count + count <= limit else { return nil }
            output += room.prefix(count)
        }
        return output
    }
}
