import Clocks
import Host
import Kernel
import Logging
import Model
import Values
import Wire

/// What a person sees of a run in the foreground: what the function writes, as it comes; all else on the standard error.
struct SingleRunOutput {
    private let id: String
    private let kind: FunctionKind
    private let format: LogFormat

    init(_ definition: JobDefinition, _ format: LogFormat) {
        (id, kind, self.format) = (definition.id.description, definition.kind, format)
    }

    func say(_ text: String) { StandardDescriptors.writeError("cronsupd: \(id): \(text)\n") }

    func show(_ report: Report) {
        switch report {
        case .output(let line): show(line)
        case .outputDropped(let loss): say("\(loss.lines) lines of its output are lost, with \(loss.bytes) bytes")
        case .dropped(let dropped): say("\(dropped.reports) reports of its worker are lost")
        case .leftovers(let left):
            let isOne = left.count == 1
            let what = isOne ? "a process that it left" : "\(left.count) processes that it left"
            let end = left.left ? (isOne ? "goes on" : "go on") : isOne ? "was killed" : "were killed"
            say("\(what) \(end): '\(left.program)'")
        case .log(let line): show(line)
        case .ready, .begin, .end, .due, .asked, .skipped, .late, .pong, .stopped, .fault: break
        }
    }

    private func show(_ line: Report.Output) {
        switch line.stream {
        case .standardOutput: StandardDescriptors.writeOutput(line.text + "\n")
        case .standardError: StandardDescriptors.writeError(line.text + "\n")
        }
        if let length = line.fullLength { say("the line above is cut; it has \(length) bytes") }
    }

    /// As in the daemon's log.
    private func show(_ line: Report.Log) {
        var texts = ["entry": id, "by": "job"]
        var leftOut = line.leftOut
        for field in line.fields {
            if texts[field.key] == nil, !LogKey.isTaken(field.key) {
                texts[field.key] = field.value
            } else {
                leftOut += 1
            }
        }
        if leftOut > 0 { texts[LogKey.leftOut] = "\(leftOut)" }
        var encoder = LogEncoder(format)
        encoder.encode(
            Logger.Level(rawValue: line.level.rawValue) ?? .info, line.message, LogKey.fields(texts), at: Clock.wall())
        StandardDescriptors.writeError(String(decoding: encoder.line, as: UTF8.self))
    }

    /// A command's own, and 1 for any other failure. What a function returns is shown; a command's is among its output.
    func code(of end: Report.End) -> Int32 {
        if end.outcome == .ok {
            if kind != .exec, !end.text.isEmpty { StandardDescriptors.writeOutput(end.text + "\n") }
            return ExitCode.success
        }
        say(end.text)
        return end.code.flatMap { Int32(exactly: $0) } ?? ExitCode.failedRun
    }
}
