import Logging
package import Schedules

/// How records look in the format `text`, to a person at a terminal.
package struct LogStyle: Sendable {
    let hasColors: Bool
    /// Whose clocks show the time; `nil`: UTC.
    let zone: ZoneRules?

    package static var plain: LogStyle { LogStyle(hasColors: false, zone: nil) }

    package init(hasColors: Bool, zone: ZoneRules?) { (self.hasColors, self.zone) = (hasColors, zone) }

    /// What goes before the level and the message; `nil`: nothing, neither there nor behind.
    func color(of level: Logger.Level, _ message: String) -> StaticString? {
        guard hasColors else { return nil }
        return switch level {
        case .trace, .debug: "\u{1B}[2m"
        case .info: message == "TICK" ? "\u{1B}[32m" : nil
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }

    static let colorEnd: StaticString = "\u{1B}[0m"
}
