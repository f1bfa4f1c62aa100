import Clocks
import Shared

/// Reads an entry as a job.
struct JobReader {
    private let entry: Entry
    private let functions: Set<String>?
    private let zones: ZoneSource
    private var log: EntryLog

    /// What somebody can have meant by a key that is not known. Not `name`, `kind`, `meta` and `type`: a job has them, so
    /// that another key that resembles them, such as `bind`, is no slip.
    private static let metaKeys = ScheduleReader.keys + ["comment", "description", "tags", "labels", "title"]
    private static let entryKeys = ["method", "source", "lifecycle", "args", "comment"]

    private static let longestMethod = 128
    /// A mebibyte, which is a book.
    private static let largestEntry = 1 << 20

    /// `functions`: what the worker has; `nil`: not to be checked.
    init(_ entry: Entry, _ load: RegistryLoad, functions: Set<String>?, zones: ZoneSource) {
        (self.entry, self.functions, self.zones) = (entry, functions, zones)
        log = EntryLog(entry, load)
    }

    var errors: DiagnosticLog { log.errors }
    /// Out of service, if not; known when the definition is.
    private(set) var isEnabled = true
    /// What the entry's writer may not expect of it.
    private(set) var surprise: Diagnostic?

    /// `nil` if there is any error.
    mutating func definition() -> JobDefinition? {
        guard let kind = kind() else { return nil }
        checkKeys()
        checkSource(kind)
        checkLengths()
        let (function, schedule) = (function(), ScheduleReader.read(entry, zones, &log))
        isEnabled = ScheduleReader.isEnabled(entry, &log)
        let lifecycle = LifecycleReader.read(entry, &log)
        surprise = schedule.flatMap { log.note(on: $0) }
        guard log.errors.isEmpty, let function, let schedule else { return nil }
        return JobDefinition(
            id: entry.id, kind: kind, function: function, schedule: schedule,
            lifecycle: lifecycle, meta: entry.meta, data: entry.data, location: entry.location,
            functionLocation: log.location(of: ["method"]))
    }

    /// What else an entry of a foreign kind has is not for us to judge.
    private mutating func kind() -> FunctionKind? {
        if let kind = FunctionKind(rawValue: entry.kind) { return kind }
        let supported = FunctionKind.allCases.map(\.rawValue).joined(separator: ", ")
        let found = PrintableText.quote(entry.kind)
        log.error("kind: \(found) cannot be a \(JobEntries.jobType); expected \(supported)", at: ["kind"])
        return nil
    }

    /// A key that nobody knows may be the job's own, unless it looks like a slip.
    private mutating func checkKeys() {
        for key in entry.data.keys where !Self.entryKeys.contains(key) {
            if KnownKeys.nearest(to: key, Self.entryKeys) != nil {
                log.error("unknown key \(KnownKeys.complaint(about: key, Self.entryKeys))", atKey: [key])
            }
        }
        for key in entry.meta.keys where key != "type" && !Self.metaKeys.contains(key) {
            if KnownKeys.nearest(to: key, Self.metaKeys) != nil {
                log.error("meta: unknown key \(KnownKeys.complaint(about: key, Self.metaKeys))", atKey: ["meta", key])
            }
        }
    }

    private mutating func checkSource(_ kind: FunctionKind) {
        guard entry.data["source"] != nil else { return }
        let message = "source: \(kind.rawValue) takes its functions from the worker's catalog; expected none"
        log.error(message, atKey: ["source"])
    }

    /// What tells the worker of its job goes through messages of a bounded size, and is held until the worker has read it.
    private mutating func checkLengths() {
        KeyLengths.check(entry, &log)
        let most = WorkerDefinition.longestKey
        let file = entry.location.file.utf8.count
        if file > most { log.error("the file's path has \(file) bytes; expected at most \(most)", at: []) }
        let size = Self.size(.map(entry.meta)) + Self.size(.map(entry.data))
        if size > Self.largestEntry {
            log.error("the entry has \(size) bytes of values; expected at most \(Self.largestEntry)", at: [])
        }
    }

    /// Each value counts as at least 16 bytes, which its message takes besides the text; what aliases stand for counts in full.
    private static func size(_ value: Value) -> Int {
        switch value {
        case .null, .bool, .int, .double: 16
        case .string(let text): 16 + text.utf8.count
        case .list(let list): list.reduce(16) { $0 + size($1) }
        case .map(let map): zip(map.keys, map.values).reduce(16) { $0 + $1.0.utf8.count + size($1.1) }
        }
    }

    private mutating func function() -> String? {
        guard let value = entry.data["method"] else {
            let expectation = "expected the name of a function in the worker's catalog"
            reportMissing("method", among: entry.data.keys, at: [], expectation)
            return nil
        }
        guard let method = value.string, !method.isEmpty else {
            let found = value.string == nil ? value.phrase : "an empty string"
            log.error("method: expected a string that names a function, found \(found)", at: ["method"])
            return nil
        }
        guard method.utf8.count <= Self.longestMethod else {
            log.error(
                "method: name of \(method.utf8.count) bytes; expected at most \(Self.longestMethod)", at: ["method"])
            return nil
        }
        if let functions, !functions.contains(method) {
            let names = functions.sorted()
            let hint = NearestName.hint(for: method, among: names)
            log.error(
                "the worker has no function '\(PrintableText.escape(method))'; expected one of "
                    + names.joined(separator: ", ") + hint, at: ["method"])
            return nil
        }
        return method
    }

    /// Says nothing if there is a slip of the key, which has been reported.
    private mutating func reportMissing(
        _ key: String, among keys: [String], at path: [String], _ expectation: String
    ) {
        guard !keys.contains(where: { KnownKeys.nearest(to: $0, [key]) != nil }) else { return }
        log.error("no '\(key)' in the \(JobEntries.jobType); \(expectation)", at: path)
    }
}
