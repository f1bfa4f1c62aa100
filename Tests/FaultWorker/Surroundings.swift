import Glibc
import Jobs

/// What the function finds around it: where it is, where its registry file is, and its whole environment.
func surroundings(_ context: JobContext) throws -> JobResult {
    var variables: [String] = []
    var entry = environ
    while let text = entry.pointee {
        variables.append(String(cString: text))
        entry += 1
    }
    guard let path = getcwd(nil, 0) else { throw JobError("no directory") }
    defer { free(path) }
    return JobResult("\(String(cString: path)) \(context.directory) \(variables.sorted().joined(separator: " "))")
}
