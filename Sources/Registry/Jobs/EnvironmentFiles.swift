import Model
import Values

/// The environment files that a registry names. Each is read once, however many jobs name it, and its errors are shown once.
final class EnvironmentFiles {
    enum Failure: Error {
        /// There is no such file. In words.
        case missing(String)
        case unreadable(String)
        /// Something is wrong in it, at these places. Empty for all but the first that asks.
        case faulty([(place: SourceLocation, message: String)])
    }

    private let source: EnvironmentFileSource
    private let limit: Int
    private var files: [String: Result<[ExecCommand.Variable], Failure>] = [:]
    private var byteCount = 0

    /// Of all files together, since all are in memory while the registry loads.
    static let totalBytes = 64 << 20

    init(_ source: EnvironmentFileSource, limit: Int = totalBytes) { (self.source, self.limit) = (source, limit) }

    func variables(of path: String) -> Result<[ExecCommand.Variable], Failure> {
        if let known = files[path] { return known }
        let result = read(path)
        files[path] = result
        // Reported once.
        if case .failure(.faulty) = result { files[path] = .failure(.faulty([])) }
        return result
    }

    private func read(_ path: String) -> Result<[ExecCommand.Variable], Failure> {
        switch source.contents(of: path) {
        case .missing(let why): return .failure(.missing(why))
        case .unreadable(let why): return .failure(.unreadable(why))
        case .bytes(let bytes):
            byteCount += bytes.count
            guard bytes.count <= EnvironmentFileSource.largestFile else {
                return tooLarge("'\(path)' is too large", EnvironmentFileSource.largestFile)
            }
            guard byteCount <= limit else { return tooLarge("the environment files are too large together", limit) }
            return parse(SourceText(path: path, bytes: bytes))
        }
    }

    private func tooLarge(_ what: String, _ limit: Int) -> Result<[ExecCommand.Variable], Failure> {
        .failure(.unreadable("\(what); expected at most \(limit) bytes"))
    }

    private func parse(_ text: SourceText) -> Result<[ExecCommand.Variable], Failure> {
        var parser = EnvironmentFileParser(text.bytes)
        parser.read()
        guard !parser.faults.isEmpty else { return .success(parser.variables) }
        return .failure(
            .faulty(parser.faults.map { (text.location(of: text.place(ofByte: $0.offset)), $0.message) }))
    }
}
