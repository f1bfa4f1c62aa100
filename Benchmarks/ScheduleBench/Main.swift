import Clocks
import Kernel
import Schedules

/// Measures schedules: `schedulebench next EXPRESSION ZONE CALLS` and `schedulebench load ENTRIES`. Prints lines of a
/// name and a number.
@main
enum Main {
    static func main() throws {
        let arguments = ThisProcess.arguments
        switch (arguments.first, arguments.count) {
        case ("next", 4):
            let calls = Int(arguments[3]) ?? 1
            let figure = try NextFigure(expression: arguments[1], zone: try zone(arguments[2]))
            print("next", figure.nanoseconds(calls: calls))
            print("previous", figure.nanosecondsBackwards(calls: calls))
            print("minutes", figure.nanosecondsByMinutes)
        case ("load", 2):
            let figure = LoadFigure(entries: Int(arguments[1]) ?? 1, zone: try zone(LoadFigure.zone))
            print("place", try figure.placing())
            print("registry", try figure.loadingAll())
            print("text", try figure.loadingText())
        default:
            print("schedulebench: expected 'next EXPRESSION ZONE CALLS' or 'load ENTRIES'")
            ThisProcess.exit(100)
        }
    }

    private static func zone(_ name: String) throws -> ZoneRules {
        guard let (bytes, _) = try FileSystem.contents(of: "/usr/share/zoneinfo/\(name)", limit: 1 << 20) else {
            return .utc
        }
        return try ZoneFile.rules(bytes)
    }
}

/// Of three times the shortest: what the machine does besides only ever adds.
func shortest(_ body: () throws -> Void) rethrows -> Duration {
    let clock = ContinuousClock()
    let first = try clock.measure(body)
    return try min(first, clock.measure(body), clock.measure(body))
}

extension Duration {
    var nanoseconds: Double { Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9 }
}
