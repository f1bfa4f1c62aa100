package import Model

extension Report.Output.Stream {
    /// `nil`: it is not from a command.
    package init?(_ kind: OutputTail.Kind) {
        switch kind {
        case .standardOutput: self = .standardOutput
        case .standardError: self = .standardError
        case .plain, .log: return nil
        }
    }

    package var kind: OutputTail.Kind { self == .standardOutput ? .standardOutput : .standardError }
}
