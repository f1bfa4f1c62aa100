import Clocks
import Kernel
import Logging
import Synchronization
import Values

/// What the log says of what happens beside runs, for those who look back at it: whatever people should know, and the marks
/// of a life. Outcomes are written down by themselves.
final class LogTap: Sendable {
    struct Event {
        var at: WallInstant
        var message: String
        var fields: LogFields
    }

    private struct State {
        var isOpen = false
        var events: [Event] = []
        var lost = 0
    }

    private let state = Mutex(State())

    /// Between two rounds of the loop.
    private static let most = 1_024
    /// Of no more than the level `info`, and yet to be known later.
    private static let marks: Set = [
        "Scheduler started", "Scheduler stopping", "Reloaded registry", "Calling function",
    ]
    private static let titleOfOutcomes = "TICK"
    /// The field that names the job.
    static let entry = "entry"
    /// Those that have words of a job.
    static let texts = ["error", "line", "result", "text"]

    /// From now on somebody takes them.
    func open() { state.withLock { $0.isOpen = true } }

    /// Nobody does any more.
    func close() { state.withLock { $0 = State() } }

    func note(_ level: Logger.Level, _ message: String, _ fields: LogFields) {
        guard level >= .notice || Self.marks.contains(message), !message.hasPrefix(Self.titleOfOutcomes),
            !fields.isOfJob
        else { return }
        let at = Clock.wall()
        state.withLock { state in
            guard state.isOpen else { return }
            guard state.events.count < Self.most else {
                state.lost += 1
                return
            }
            state.events.append(Event(at: at, message: message, fields: fields))
        }
    }

    /// Those since the last time, and how many were too many.
    func take() -> (events: [Event], lost: Int) {
        state.withLock { state in
            // As in nearly every round.
            if state.events.isEmpty, state.lost == 0 { return ([], 0) }
            defer { (state.events, state.lost) = ([], 0) }
            return (state.events, state.lost)
        }
    }
}

extension LogFields {
    /// All but these, as `key=value`, in quotes where it has blanks or looks like a number and is none.
    func words(but left: [String]) -> String {
        list.filter { !left.contains("\($0.key)") }.map { "\($0.key)=\($0.value.word)" }.joined(separator: " ")
    }

    func text(_ key: String) -> String? {
        for field in list where field.key == key { if case .text(let text) = field.value { return text } }
        return nil
    }
}

extension LogValue {
    fileprivate var word: String {
        switch self {
        case .integer(let number): String(number)
        case .digits(let digits): digits
        case .moment(let moment): CivilTime(moment).millisecondsText
        case .text(let text):
            Self.isPlain(text) ? text : "\"\(PrintableText.escape(Self.escaped(text)))\""
        }
    }

    /// It can be told from what follows it, and from a number.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && Int64(text) == nil
            && !text.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0 == "\\" || $0.isNewline }
    }

    private static func escaped(_ text: String) -> String {
        text.contains { $0 == "\"" || $0 == "\\" }
            ? text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : "\($1)" } : text
    }
}
