import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel
import Values

/// Looks again and again.
struct WatchOptions: ParsableArguments {
    /// Its value may be left out: `OptionalValue` puts it in.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Look again and again, every 2s or as long as it says.", valueName: "duration"))
    var watch: String?

    static let usual = "2s"
    private static let least = Nanoseconds.milliseconds(100)

    func validate() throws { _ = try interval() }

    func interval() throws -> Nanoseconds? {
        guard let watch else { return nil }
        return try Self.interval(watch, "--watch")
    }

    static func interval(_ text: String, _ option: String) throws -> Nanoseconds {
        let interval = try TimeInput.span(text, option)
        guard interval >= least else {
            throw ValidationError("\(option) \(text) is too short; expected at least 100ms")
        }
        return interval
    }

    /// `show`: once, or at each look. A daemon that goes away is looked for at the next one.
    func run(_ show: () throws -> String) throws {
        guard let interval = try interval() else { return try write(show()) }
        try WatchLoop.run(every: interval, rounds: nil, show)
    }
}

enum WatchLoop {
    /// `rounds`: how many; `nil`: without an end.
    static func run(every interval: Nanoseconds, rounds: Int?, _ show: () throws -> String) throws {
        var round = 0
        while true {
            round += 1
            var text: String
            do {
                text = try show()
            } catch let failure as DaemonFailure where round > 1 && failure.isPassing {
                text = "cronsupctl: \(failure)\n"
            }
            try write(Terminal.isThere(.output) ? screen(text) : text)
            if let rounds, round >= rounds { return }
            var poll = Poll()
            try poll.wait(interval)
        }
    }

    /// From the top of the screen, as far as there is room.
    private static func screen(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let height = Terminal.height(.output) ?? .max
        guard lines.count >= height, height > 2 else { return "\u{1B}[H\u{1B}[2J" + text }
        let shown = lines.prefix(height - 2).joined(separator: "\n")
        return "\u{1B}[H\u{1B}[2J\(shown)\n… and \(lines.count - height + 2) more lines\n"
    }
}
