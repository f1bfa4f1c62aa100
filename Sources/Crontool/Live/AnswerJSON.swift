import Clocks
import Model
package import Values
package import Wire

/// What a daemon answers to those who have it do something, with the keys of the log's JSON, an object a line.
package enum AnswerJSON {
    /// `nil`: it is for no line of its own.
    package static func line(_ answer: ControlAnswer) -> String? {
        value(of: answer).map { JSONCoding.output($0) + "\n" }
    }

    package static func value(of answer: ControlAnswer) -> Value? { members(answer).map(StatusJSON.object) }

    private static func members(_ answer: ControlAnswer) -> [(String, Value?)]? {
        switch answer {
        case .started(let run): of("started", run)
        case .running(let run): of("running", run)
        case .ended(let ended): members(ended)
        case .pausing(let job):
            [
                ("answer", .string("pausing")), ("entry", .string(job.entry.description)),
                ("pid", job.pid.map { .int($0) }),
            ]
        case .replaced(let pause): [("answer", .string("replaced"))] + StatusJSON.members(pause)
        case .error(let text): [("answer", .string("error")), ("error", .string(text))]
        case .done(let done): members(done)
        case .greeting(let greeting):
            [
                ("answer", .string("pong")), ("pid", .int(greeting.pid)), ("version", .string(greeting.program)),
                ("registry", .string(greeting.registry)),
            ]
        case .pong, .job, .slot, .refused, .daemon, .histogram, .measured: nil
        }
    }

    private static func of(_ word: String, _ run: ControlAnswer.Started) -> [(String, Value?)] {
        [("answer", .string(word)), ("entry", .string(run.entry.description)), ("run", .int(run.run))]
    }

    private static func members(_ ended: ControlAnswer.Ended) -> [(String, Value?)] {
        let isOk = ended.outcome == Outcome.ok.rawValue
        return of("ended", .init(entry: ended.entry, run: ended.run)) + [
            ("outcome", .string(ended.outcome)), ("duration_us", .int(ended.duration.wholeMicroseconds)),
            (isOk ? "result" : "error", .string(ended.text)),
        ]
    }

    private static func members(_ done: ControlAnswer.Done) -> [(String, Value?)] {
        let numbers: [(String, Int64?)] = [
            ("count", done.count), ("disabled", done.disabled), ("added", done.added), ("changed", done.changed),
            ("removed", done.removed), ("unchanged", done.unchanged), ("running", done.running),
            ("pausing", done.pausing), ("paused", done.paused),
        ]
        return [("answer", .string("done"))] + numbers.map { ($0, $1.map { .int($0) }) } + [
            ("durable", done.isPassing ? .bool(false) : nil)
        ]
    }
}
