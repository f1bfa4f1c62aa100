import Clocks
import Model
import Registry
import Schedules

/// How long it takes to read the schedules of many entries and to place their next slots, in milliseconds.
struct LoadFigure {
    static let zone = "Europe/Riga"

    private struct NoJobs: Error {}

    private let expressions: [String]
    private let rules: ZoneRules
    private let now = WallInstant(seconds: 1_774_746_000)

    init(entries: Int, zone rules: ZoneRules) {
        let forms = ["H * * * *", "*/5 * * * *", "30 2 * * mon-fri", "0 0 L * *", "H H(0-5) * * 7", "15 4 1,15 * *"]
        expressions = (0..<entries).map { forms[$0 % forms.count] }
        self.rules = rules
    }

    /// The schedules alone.
    func placing() throws -> Double {
        try shortest {
            var last = now
            for (index, text) in expressions.enumerated() {
                let expression = try CronParser(entry: "bench:job.\(index)").parse(text)
                guard let slot = CalendarSchedule(expression, in: rules).next(after: now) else { throw NoJobs() }
                last = max(last, slot)
            }
        }.nanoseconds / 1e6
    }

    /// From the text of the registry on.
    func loadingAll() throws -> Double {
        let file = RegistryFile(path: "bench.yaml", bytes: Array(text.utf8), isNamed: true)
        let zones = ZoneSource { [rules] _ in .success((ZoneName(name: Self.zone, file: ""), rules)) }
        return try shortest {
            let jobs = JobEntries.definitions(in: RegistrySnapshot.load([file]), zones: zones).jobs
            let slots = jobs.map { job in
                Timetable(job.schedule.rule, start: SlotInstant(nanoseconds: now.nanoseconds)).next(
                    after: SlotInstant(nanoseconds: now.nanoseconds))
            }
            guard slots.count == expressions.count, !slots.contains(.distantFuture) else { throw NoJobs() }
        }.nanoseconds / 1e6
    }

    /// The text alone, without its schedules.
    func loadingText() throws -> Double {
        let file = RegistryFile(path: "bench.yaml", bytes: Array(text.utf8), isNamed: true)
        return try shortest {
            guard RegistrySnapshot.load([file]).snapshot != nil else { throw NoJobs() }
        }.nanoseconds / 1e6
    }

    private var text: String {
        let entries = expressions.enumerated().map { index, expression in
            """
              - name: job.\(index)
                kind: function.swift
                method: heartbeat
                meta: {type: cron.job, schedule: "\(expression)", timezone: \(Self.zone)}

            """
        }
        return "version: \"1.0\"\nnamespace: bench\nentries:\n" + entries.joined()
    }
}
