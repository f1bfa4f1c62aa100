package import Kernel

/// What the standard output can show.
package enum Screen {
    /// Where nothing says otherwise.
    private static let usualWidth = 80

    /// In columns: what COLUMNS says, or the terminal. `nil`: any number will do.
    package static func width(isWide: Bool) -> Int? {
        if isWide { return nil }
        let told = ThisProcess.environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        return told ?? Terminal.width(.output) ?? usualWidth
    }
}

/// When colours are used.
package enum ColorChoice: String, CaseIterable, Sendable {
    /// On a terminal, unless NO_COLOR or TERM says otherwise (no-color.org).
    case auto
    case always, never

    package func isOn(_ stream: Terminal.Stream) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            Terminal.isThere(stream) && (ThisProcess.environment("NO_COLOR") ?? "").isEmpty
                && ThisProcess.environment("TERM") != "dumb"
        }
    }
}
