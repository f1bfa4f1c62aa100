/// Why a run failed, for functions that have no error type of their own. Any error will do: its description becomes the
/// run's `error` in the log, cut to what a message of 4,096 bytes has room for.
public struct JobError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    /// `false`: another attempt does not help, and none is made (`retry`); `nil`: it does not say.
    public let isRetryable: Bool?

    public init(_ description: String, isRetryable: Bool? = nil) {
        (self.description, self.isRetryable) = (description, isRetryable)
    }
}
