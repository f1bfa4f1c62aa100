package import Clocks
package import Values

/// All that a worker knows of its job.
package struct WorkerDefinition: Hashable, Sendable {
    package var header: Header
    package var meta: Value.Map
    package var data: Value.Map
    /// `ProcessSettings`, as they are sent.
    package var process: Value.Map
    /// `ZoneRules` as text, where the schedule goes by civil time; else empty. The daemon has read them: a file that is
    /// read twice may be two files.
    package var zone: String

    package init(
        header: Header, meta: Value.Map = .init(), data: Value.Map = .init(), process: Value.Map = .init(),
        zone: String = ""
    ) {
        (self.header, self.meta, self.data, self.process) = (header, meta, data, process)
        self.zone = zone
    }

    /// All but the values of the entry.
    package struct Header: Hashable, Sendable {
        /// Those that the daemon has.
        package var features = Features.none
        package var entry = EntryID()
        package var kind = ""
        package var schedule = ScheduleWords()
        /// The moment from which the schedule holds.
        package var start = SlotInstant(nanoseconds: 0)
        /// Every slot up to this one has its outcome; the worker's first is a later one.
        package var accounted = SlotInstant(nanoseconds: 0)
        /// How many runs the job had before.
        package var runs = Int64(0)
        /// Run once now, without a slot.
        package var runsNow = false
        /// A slot that comes due during a run is run right after it.
        package var queues = false
        /// Each run is to be asked for with `due`, and waits for the answer.
        package var asks = false
        /// A run that takes this long is ended, by the worker itself if there is no daemon; `nil`: it may take any time.
        package var timeout: Nanoseconds?
        /// From SIGTERM to SIGKILL for such a run.
        package var killAfter = Nanoseconds.zero
        /// A slot whose run could not begin so long after it was due is not run; `nil`: it is, however late.
        package var startingDeadline: Nanoseconds?
        /// The slots after `accounted` up to this one are run one after the other; `nil`: there are none.
        package var owed: SlotInstant?
        /// The first of them begins so long after `owedSince`.
        package var owedSpread = Nanoseconds.zero
        package var owedSince = SlotInstant(nanoseconds: 0)
        /// All that commands write is passed on, however much it is.
        package var hasAllOutput = false
        /// The registry file that holds the entry.
        package var file = ""
        /// How many bytes of values follow.
        var size = Int64(0)

        package init() {}
        package init(
            entry: EntryID, kind: String, schedule: ScheduleWords, start: SlotInstant,
            accounted: SlotInstant, runs: Int64, file: String, runsNow: Bool = false
        ) {
            (self.entry, self.kind, self.schedule) = (entry, kind, schedule)
            (self.start, self.accounted, self.runs, self.file) = (start, accounted, runs, file)
            (self.runsNow, features) = (runsNow, .all)
        }
    }

    /// In bytes, of a key of the values and of the file's path.
    package static let longestKey = 512

    /// The messages that make it up, one after the other.
    package func encoded() -> [UInt8] {
        let values = values
        var header = header
        header.size = Int64(values.utf8.count)
        var bytes = header.encoded()
        var rest = values[...]
        while !rest.isEmpty {
            let piece = rest.beginning(bytes: Self.longestPiece)
            bytes += Command.values(String(piece)).encoded()
            rest = rest[piece.endIndex...]
        }
        return bytes
    }

    /// So many bytes of values fit into a message: of what JSON text is made of, no byte takes more than two in quotes.
    private static let longestPiece = WireFormat.longestMessage / 2 - 20

    private var values: String {
        var map = Value.Map(uniqueKeys: ["meta", "data"], values: [.map(meta), .map(data)])
        if !process.isEmpty { map["process"] = .map(process) }
        if !zone.isEmpty { map["zone"] = .string(zone) }
        do throws(JSONCoding.Failure) {
            return try JSONCoding.text(of: .map(map), .exact)
        } catch {
            preconditionFailure("the values of '\(header.entry)' cannot be sent: \(error)")
        }
    }
}

extension WorkerDefinition.Header: WireMessage {
    package static var verb: StaticString { "definition" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.version(&features)
        row.entry("entry", &entry)
        row.text("kind", &kind)
        schedule.fields(&row)
        row.moment("start", &start, least: .min)
        row.moment("accounted", &accounted, least: .min)
        row.integer("runs", &runs)
        row.flag("run_now", &runsNow)
        row.flag("overlap", &queues, "queue")
        row.flag("asks", &asks)
        row.nanoseconds("timeout_ns", &timeout)
        row.nanoseconds("kill_after_ns", &killAfter, absent: .zero)
        row.nanoseconds("starting_deadline_ns", &startingDeadline)
        row.moment("owed", &owed, least: .min)
        row.nanoseconds("owed_spread_ns", &owedSpread, absent: .zero)
        row.moment("owed_since", &owedSince, least: .min, absent: SlotInstant(nanoseconds: 0))
        row.flag("output", &hasAllOutput, "all")
        row.text("file", &file)
        row.integer("size", &size, least: 0, absent: 0)
    }
}

/// Puts the messages of a definition together.
package struct DefinitionAssembler {
    private var header: WorkerDefinition.Header?
    private var text: [UInt8] = []

    package init() {}

    /// Each returns the definition when it is complete.

    package mutating func add(_ header: WorkerDefinition.Header) throws(WireError) -> WorkerDefinition? {
        self.header = header
        text = []
        return try definition()
    }

    package mutating func add(_ values: String) throws(WireError) -> WorkerDefinition? {
        text += values.utf8
        return try definition()
    }

    private func definition() throws(WireError) -> WorkerDefinition? {
        guard var header else { throw .syntax("values come before the definition that they belong to") }
        guard text.count >= header.size else { return nil }
        guard text.count == header.size else {
            throw .syntax("the definition has \(text.count) bytes of values; expected \(header.size)")
        }
        header.size = 0
        guard !text.isEmpty else { return WorkerDefinition(header: header) }
        do throws(JSONCoding.Failure) {
            let values = try JSONCoding.value(from: text, .exact)
            return WorkerDefinition(
                header: header, meta: values["meta"]?.map ?? .init(), data: values["data"]?.map ?? .init(),
                process: values["process"]?.map ?? .init(), zone: values["zone"]?.string ?? "")
        } catch {
            throw .badField("text", expected: "the definition's values; \(error)")
        }
    }
}
