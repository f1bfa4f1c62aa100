import Model
import Values

/// What an entry of the kind `cron.defaults` says for the jobs of its namespace that do not say it themselves.
struct JobDefaults {
    static let kind = "cron.defaults"
    /// The keys of its `meta` that stand for those of jobs.
    static let metaKeys = ["jitter", "splay", "timezone"]
    /// Of these maps each key stands for itself.
    private static let openMaps = ["environment", "lifecycle", "limits", "restart"]
    private static let hookPrefix = "on_"
    private static let ownKeys = ["comment"]

    let entry: Entry
    /// How many values come to each job.
    let size: Int

    init(_ entry: Entry) {
        self.entry = entry
        size = Self.count(.map(entry.meta)) + Self.count(.map(entry.data))
    }

    private static func count(_ value: Value) -> Int {
        switch value {
        case .null, .bool, .int, .double, .string: 1
        case .list(let list): list.reduce(1) { $0 + count($1) }
        case .map(let map): map.values.reduce(1) { $0 + count($1) }
        }
    }

    func applied(to job: Entry) -> Entry {
        Entry(id: job.id, kind: job.kind, meta: meta(of: job), data: data(of: job), location: job.location)
    }

    // MARK: Data

    private func data(of job: Entry) -> Value.Map {
        Self.merged(job.data, entry.data) { isMeant(for: job, $0, $1) }
    }

    private func isMeant(for job: Entry, _ key: String, _ value: Value) -> Bool {
        if Self.ownKeys.contains(key) || KnownKeys.isFree(key) { return false }
        // A list of arguments runs without one.
        if key == "shell" { return job.kind == FunctionKind.exec.rawValue && job.data["command"]?.string != nil }
        // A job is not told of itself.
        guard key.hasPrefix(Self.hookPrefix) else { return true }
        return (value.string ?? value["function"]?.string) != job.id.description
    }

    /// A null of the job takes a default away.
    private static func merged(
        _ own: Value.Map, _ defaults: Value.Map, nullStays: Bool = false, where isMeant: (String, Value) -> Bool
    ) -> Value.Map {
        var result = own
        for (key, value) in zip(defaults.keys, defaults.values) where isMeant(key, value) {
            switch (own[key], value) {
            case (nil, _): result[key] = value
            case (.null?, _): if !nullStays { result[key] = nil }
            case (.map(let own)?, .map(let defaults)) where openMaps.contains(key):
                // In the environment a null takes away the variable, whoever has set it.
                result[key] = .map(merged(own, defaults, nullStays: key == "environment") { _, _ in true })
            default: break
            }
        }
        return result
    }

    // MARK: Meta

    private func meta(of job: Entry) -> Value.Map {
        let schedule = (job.meta["schedule"]?.string ?? "").lowercased()
        let hasSlots = schedule != "@reboot"
        let hasZone = job.meta["align"] == .bool(true) || hasSlots && !schedule.isEmpty && !schedule.hasPrefix("@every")
        return Self.merged(job.meta, entry.meta) { key, _ in
            Self.metaKeys.contains(key) && (key == "timezone" ? hasZone : hasSlots)
        }
    }
}
