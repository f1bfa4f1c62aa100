import Clocks
import Model
import Values

extension Report {
    /// `line`: one message without its newline. Fields that are not known are passed over, so that a newer worker may say
    /// more.
    package static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> Report {
        var reader = try MessageReader(line)
        if reader.isVerb("begin") { return .begin(try Begin(&reader)) }
        if reader.isVerb("end") { return .end(try End(&reader)) }
        if reader.isVerb("log") { return .log(try Log(&reader)) }
        if reader.isVerb("output") { return .output(try Output(&reader)) }
        if reader.isVerb("skipped") { return .skipped(try Skipped(&reader)) }
        if reader.isVerb("ready") { return .ready(try Ready(&reader)) }
        if reader.isVerb("due") { return .due(slot: try dueSlot(&reader)) }
        if reader.isVerb("pong") { return .pong(token: try soleInteger("token", &reader)) }
        if reader.isVerb("dropped") { return .dropped(try Dropped(&reader)) }
        if reader.isVerb("output_dropped") { return .outputDropped(try OutputLoss(&reader)) }
        if reader.isVerb("stopped") { return .stopped(runs: try soleInteger("runs", &reader)) }
        if reader.isVerb("fault") { return .fault(try Fault(&reader)) }
        throw .unknownVerb(reader.verb)
    }

    private static func dueSlot(_ reader: inout MessageReader) throws(WireError) -> SlotInstant? {
        var fields = SlotFields()
        while let field = try reader.next() { _ = try fields.take(field) }
        return fields.slot
    }

    private static func soleInteger(_ name: StaticString, _ reader: inout MessageReader) throws(WireError) -> Int64 {
        var value: Int64?
        while let field = try reader.next() {
            if field.isNamed(name) { value = try field.integer() }
        }
        return try required(value, "\(name)", reader)
    }
}

private func required<Value>(_ value: Value?, _ key: String, _ reader: MessageReader) throws(WireError) -> Value {
    guard let value else { throw .missingField(key, verb: reader.verb) }
    return value
}

/// The fields that several messages share.
private struct SlotFields {
    var run: Int64?
    var slot: SlotInstant?
    var next: SlotInstant?
    var lateness: Nanoseconds?
    var duration: Nanoseconds?

    /// Whether the field was one of these.
    mutating func take(_ field: MessageReader.Field) throws(WireError) -> Bool {
        if field.isNamed("run") {
            run = try field.count()
        } else if field.isNamed("slot") {
            slot = try field.instant()
        } else if field.isNamed("next") {
            next = try field.instant()
        } else if field.isNamed("lateness_us") {
            lateness = try field.microseconds()
        } else if field.isNamed("duration_us") {
            duration = try field.microseconds()
        } else {
            return false
        }
        return true
    }
}

extension MessageReader.Field {
    fileprivate func instant() throws(WireError) -> SlotInstant { SlotInstant(nanoseconds: try count()) }

    fileprivate func microseconds() throws(WireError) -> Nanoseconds {
        let (nanoseconds, overflow) = try count().multipliedReportingOverflow(by: 1_000)
        guard !overflow else { throw .badField(name, expected: "microseconds within 292 years") }
        return Nanoseconds(nanoseconds)
    }
}

extension Report.Ready {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var fields = SlotFields()
        var version: Int64?
        while let field = try reader.next() {
            if field.isNamed("protocol") { version = try field.integer() } else { _ = try fields.take(field) }
        }
        let spoken = try required(version, "protocol", reader)
        guard spoken == WireFormat.version else { throw .unsupportedVersion(spoken) }
        self.init(next: try required(fields.next, "next", reader))
    }
}

extension Report.Begin {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var fields = SlotFields()
        var call: Int64?
        while let field = try reader.next() {
            if field.isNamed("call") { call = try field.count() } else { _ = try fields.take(field) }
        }
        self.init(
            run: try required(fields.run, "run", reader), slot: fields.slot,
            next: try required(fields.next, "next", reader),
            lateness: try required(fields.lateness, "lateness_us", reader), call: call)
    }
}

extension Report.End {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var fields = SlotFields()
        var outcome: Outcome?
        var text: String?
        var length: Int64?
        while let field = try reader.next() {
            if try fields.take(field) { continue }
            if field.isNamed("outcome") {
                outcome = try field.outcome()
            } else if field.isNamed("result") || field.isNamed("error") {
                text = try field.text()
            } else if field.isNamed("length") {
                length = try field.count()
            }
        }
        self.init(
            run: try required(fields.run, "run", reader), slot: fields.slot,
            next: try required(fields.next, "next", reader),
            lateness: try required(fields.lateness, "lateness_us", reader),
            duration: try required(fields.duration, "duration_us", reader),
            outcome: try required(outcome, "outcome", reader), text: try required(text, "result", reader),
            fullLength: length)
    }
}

extension MessageReader.Field {
    fileprivate func outcome() throws(WireError) -> Outcome {
        if isValue("ok") { return .ok }
        guard isValue("failed") else { throw .badField(name, expected: "ok or failed") }
        return .failed
    }
}

extension Report.Skipped {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var fields = SlotFields()
        var first: SlotInstant?
        var last: SlotInstant?
        while let field = try reader.next() {
            if try fields.take(field) { continue }
            if field.isNamed("first") {
                first = try field.instant()
            } else if field.isNamed("last") {
                last = try field.instant()
            }
        }
        self.init(
            first: try required(first, "first", reader), last: try required(last, "last", reader),
            next: try required(fields.next, "next", reader))
    }
}

extension Report.Log {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var level = Level.info
        var run = Int64(0)
        var message: String?
        var fields: [Field] = []
        var key: String?
        while let field = try reader.next() {
            if field.isNamed("level") {
                guard let known = Level(rawValue: try field.text()) else {
                    throw .badField("level", expected: "debug, info, warning or error")
                }
                level = known
            } else if field.isNamed("run") {
                run = try field.count()
            } else if field.isNamed("message") {
                message = try field.text()
            } else if field.isNamed("key") {
                key = try field.text()
            } else if field.isNamed("value"), let name = key {
                fields.append(Field(key: name, value: try field.text()))
                key = nil
            }
        }
        self.init(level: level, run: run, message: try required(message, "message", reader), fields: fields)
    }
}

extension Report.Output {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var stream: Stream?
        var run = Int64(0)
        var text: String?
        var length: Int64?
        while let field = try reader.next() {
            if field.isNamed("stream") {
                stream = field.isValue("stdout") ? .standardOutput : field.isValue("stderr") ? .standardError : nil
                guard stream != nil else { throw .badField("stream", expected: "stdout or stderr") }
            } else if field.isNamed("run") {
                run = try field.count()
            } else if field.isNamed("text") {
                text = try field.text()
            } else if field.isNamed("length") {
                length = try field.count()
            }
        }
        self.init(
            stream: try required(stream, "stream", reader), run: run, text: try required(text, "text", reader),
            fullLength: length)
    }
}

extension Report.OutputLoss {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var lines: Int64?
        var bytes: Int64?
        while let field = try reader.next() {
            if field.isNamed("lines") {
                lines = try field.count()
            } else if field.isNamed("bytes") {
                bytes = try field.count()
            }
        }
        self.init(lines: try required(lines, "lines", reader), bytes: try required(bytes, "bytes", reader))
    }
}

extension Report.Dropped {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        self.init()
        while let field = try reader.next() {
            if field.isNamed("reports") {
                reports = try field.count()
            } else if field.isNamed("ok") {
                ok = try field.count()
            } else if field.isNamed("failed") {
                failed = try field.count()
            } else if field.isNamed("skipped") {
                skipped = try field.count()
            } else if field.isNamed("through") {
                through = try field.instant()
            } else if field.isNamed("run") {
                run = try field.count()
            }
        }
    }
}

extension Report.Fault {
    fileprivate init(_ reader: inout MessageReader) throws(WireError) {
        var step: String?
        var errno = Int64(0)
        var message = ""
        while let field = try reader.next() {
            if field.isNamed("step") {
                step = try field.text()
            } else if field.isNamed("errno") {
                errno = try field.count()
            } else if field.isNamed("error") {
                message = try field.text()
            }
        }
        guard let code = Int32(exactly: errno) else { throw .badField("errno", expected: "a number from errno(3)") }
        self.init(step: try required(step, "step", reader), errno: code, message: message)
    }
}
