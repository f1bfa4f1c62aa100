import Kernel

/// Writes lines as they come. The first error is thrown at the end.
struct LineOutput {
    private var error: SystemError?

    mutating func write(_ line: String) {
        guard error == nil else { return }
        do throws(SystemError) {
            try StandardDescriptors.writeOutput(Array(line.utf8))
        } catch {
            self.error = error
        }
    }

    /// Nobody reads any more, or it cannot be written to.
    var isBroken: Bool { error != nil }

    func finish() throws(SystemError) { if let error { throw error } }
}
