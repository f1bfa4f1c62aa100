package import Clocks
package import Values

/// One message of a worker's definition. The tree of the entry's `meta` and data is sent in the order in which it is
/// written, a message a node, so that an entry of any size passes through messages of a bounded one.
package enum DefinitionPart: Hashable, Sendable {
    /// Opens the definition: all that the worker must know besides the entry's own values. There is one in a definition,
    /// and the other parts do not carry its size about.
    indirect case header(Header)
    /// A scalar: under `key` in a map, without one in a list.
    case scalar(key: String?, Value)
    /// The beginning of a text that goes on in the next part; the last piece comes as `scalar`.
    case text(key: String?, String)
    case beginMap(key: String?)
    case beginList(key: String?)
    /// Closes the map or list that was opened last.
    case end
    /// Closes the definition: the worker acts on it.
    case complete

    package struct Header: Hashable, Sendable {
        package var entry: EntryID
        package var kind: String
        package var schedule: ScheduleWords
        /// The moment from which the schedule holds.
        package var start: SlotInstant
        /// Every slot up to this one has its outcome; the worker's first is a later one.
        package var accounted: SlotInstant
        /// Run once now, besides the slots.
        package var runsNow: Bool
        /// A slot that comes due during a run is run right after it.
        package var queues = false
        /// Each run is to be asked for with `due`, and waits for the answer.
        package var asks = false
        /// How many runs the job had before.
        package var runs: Int64
        /// The registry file that holds the entry.
        package var file: String

        package init(
            entry: EntryID, kind: String, schedule: ScheduleWords, start: SlotInstant,
            accounted: SlotInstant, runs: Int64, file: String, runsNow: Bool = false
        ) {
            (self.entry, self.kind, self.schedule) = (entry, kind, schedule)
            (self.start, self.accounted, self.runs, self.file) = (start, accounted, runs, file)
            self.runsNow = runsNow
        }
    }
}

extension DefinitionPart {
    package func encoded() -> [UInt8] {
        var message = MessageWriter("definition")
        switch self {
        case .header(let header): header.write(to: &message)
        case .scalar(let key, let value):
            if let key { message.field("key", key) }
            Self.write(value, to: &message)
        case .text(let key, let piece):
            if let key { message.field("key", key) }
            message.field("more", piece)
        case .beginMap(let key):
            if let key { message.field("key", key) }
            message.field("begin", "map")
        case .beginList(let key):
            if let key { message.field("key", key) }
            message.field("begin", "list")
        case .end: message.field("end", "true")
        case .complete: message.field("complete", "true")
        }
        return message.finish()
    }

    private static func write(_ value: Value, to message: inout MessageWriter) {
        switch value {
        case .null: message.field("null", "true")
        case .bool(let bool): message.field("bool", bool ? "true" : "false")
        case .int(let int): message.field("int", int)
        case .double(let double): message.field("double", "\(double)")
        case .string(let string): message.field("string", string)
        case .list, .map: preconditionFailure("lists and maps are sent as their parts")
        }
    }
}

extension DefinitionPart.Header {
    fileprivate func write(to message: inout MessageWriter) {
        message.field("protocol", WireFormat.version)
        message.field("entry", entry.description)
        message.field("kind", kind)
        schedule.write(to: &message)
        message.field("start", start.nanoseconds)
        message.field("accounted", accounted.nanoseconds)
        message.field("runs", runs)
        if runsNow { message.field("run_now", "true") }
        if queues { message.field("overlap", "queue") }
        if asks { message.field("asks", "true") }
        message.field("file", file)
    }
}

extension DefinitionPart {
    /// Reads the fields behind the verb `definition`.
    init(_ reader: inout MessageReader) throws(WireError) {
        var fields = Fields()
        while let field = try reader.next() { try fields.take(field) }
        self = try fields.complete()
    }

    // Compared field by field: a dictionary would cost every worker the runtime's tables for it.
    private struct Fields {
        private var key: String?
        private var part: DefinitionPart?
        private var version, start, accounted, runs: Int64?
        private var entry, kind, file: String?
        private var schedule = ScheduleWords()
        private var runsNow = false
        private var queues = false
        private var asks = false

        mutating func take(_ field: MessageReader.Field) throws(WireError) {
            if field.isNamed("key") {
                key = try field.text()
            } else if try !takeNode(field), try !takeInteger(field), try !schedule.take(field) {
                try takeText(field)
            }
        }

        private mutating func takeNode(_ field: MessageReader.Field) throws(WireError) -> Bool {
            if field.isNamed("string") {
                part = .scalar(key: key, .string(try field.text()))
            } else if field.isNamed("int") {
                part = .scalar(key: key, .int(try field.integer()))
            } else if field.isNamed("bool") {
                part = .scalar(key: key, .bool(field.isValue("true")))
            } else if field.isNamed("null") {
                part = .scalar(key: key, .null)
            } else if field.isNamed("double") {
                guard let double = Double(try field.text()) else { throw .badField("double", expected: "a number") }
                part = .scalar(key: key, .double(double))
            } else if field.isNamed("more") {
                part = .text(key: key, try field.text())
            } else if field.isNamed("begin") {
                part = field.isValue("map") ? .beginMap(key: key) : .beginList(key: key)
            } else if field.isNamed("end") {
                part = .end
            } else if field.isNamed("complete") {
                part = .complete
            } else {
                return false
            }
            return true
        }

        private mutating func takeInteger(_ field: MessageReader.Field) throws(WireError) -> Bool {
            if field.isNamed("protocol") {
                version = try field.integer()
            } else if field.isNamed("start") {
                start = try field.integer()
            } else if field.isNamed("accounted") {
                accounted = try field.integer()
            } else if field.isNamed("runs") {
                runs = try field.integer()
            } else {
                return false
            }
            return true
        }

        private mutating func takeText(_ field: MessageReader.Field) throws(WireError) {
            if field.isNamed("entry") {
                entry = try field.text()
            } else if field.isNamed("kind") {
                kind = try field.text()
            } else if field.isNamed("run_now") {
                runsNow = field.isValue("true")
            } else if field.isNamed("overlap") {
                queues = field.isValue("queue")
            } else if field.isNamed("asks") {
                asks = field.isValue("true")
            } else if field.isNamed("file") {
                file = try field.text()
            }
        }

        func complete() throws(WireError) -> DefinitionPart {
            if let part { return part }
            let version = try required(version, "protocol")
            guard version == WireFormat.version else { throw .unsupportedVersion(version) }
            guard let entry = EntryID(try required(entry, "entry")) else {
                throw .badField("entry", expected: "namespace:name")
            }
            try schedule.check()
            var header = Header(
                entry: entry, kind: try required(kind, "kind"), schedule: schedule,
                start: SlotInstant(nanoseconds: try required(start, "start")),
                accounted: SlotInstant(nanoseconds: try required(accounted, "accounted")),
                runs: try required(runs, "runs"), file: try required(file, "file"), runsNow: runsNow)
            (header.queues, header.asks) = (queues, asks)
            return .header(header)
        }

        private func required<Value>(_ value: Value?, _ name: String) throws(WireError) -> Value {
            guard let value else { throw .missingField(name, verb: "definition") }
            return value
        }
    }
}
