package import Values

/// Why a file or one of its functions did not do what it was asked.
package struct LuaFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file that the message is about, by the path that it was loaded by.
    package var file: String
    package var line: Int?
    /// Without the place.
    package var message: String
    /// Of an error that was raised: `stack traceback:` and a line for each frame.
    package var traceback: String?
    /// Of an error of `errors`.
    package var kind: String?
    package var isRetryable: Bool?
    package var details = Value.null

    package init(file: String, line: Int? = nil, message: String, traceback: String? = nil) {
        (self.file, self.line, self.message, self.traceback) = (file, line, message, traceback)
    }

    /// `jobs.lua:12: '=' expected near 'x'`; a message without a line says itself what it is about.
    package var summary: String { line.map { "\(file):\($0): \(message)" } ?? message }

    package var description: String { traceback.map { "\(summary)\n\($0)" } ?? summary }
}
