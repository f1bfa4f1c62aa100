package import Clocks
import Host
import Kernel
import Values
package import Wire

/// What the workers of a daemon use of the machine, from one look to the next.
package struct TopRows {
    package enum Order: String, CaseIterable, Sendable {
        /// The most comes first.
        case cpu, mem, runtime
        case name, state
    }

    private struct Row {
        var job: JobStatus
        var pid: Int64
        /// Of one processor; `nil`: it was not there at the look before.
        var share: Double?
        var memory: Int64
        /// Of the run that is going.
        var runtime: Nanoseconds?
    }

    private var rows: [Row] = []
    private var before: [Int64: (time: Nanoseconds, at: MonotonicInstant)] = [:]

    package init() {}

    /// `order`: of the rows.
    package mutating func look(_ jobs: [JobStatus], at now: Moment, by order: Order) {
        var seen: [Int64: (time: Nanoseconds, at: MonotonicInstant)] = [:]
        rows = jobs.compactMap { job -> Row? in
            guard let pid = job.pid, let number = ProcessID(exactly: pid),
                let usage = ProcessUsage(of: number, in: { Self.isLeaf($0, of: job) })
            else { return nil }
            let at = Clock.monotonic()
            seen[pid] = (usage.processorTime, at)
            let runtime = job.run.map {
                Nanoseconds(max(0, now.wall.nanoseconds - WallInstant(microseconds: $0.began).nanoseconds))
            }
            return Row(
                job: job, pid: pid, share: before[pid].flatMap { Self.share($0, (usage.processorTime, at)) },
                memory: usage.memory, runtime: runtime)
        }
        before = seen
        rows.sort { Self.comes($0, before: $1, by: order) }
    }

    /// A group that has the job's name is its worker's alone.
    private static func isLeaf(_ group: ControlGroup, of job: JobStatus) -> Bool {
        group.name.hasPrefix("\(job.entry.description.prefix(180))")
    }

    private static func share(
        _ before: (time: Nanoseconds, at: MonotonicInstant), _ now: (time: Nanoseconds, at: MonotonicInstant)
    ) -> Double? {
        let span = now.at - before.at
        guard span > .zero else { return nil }
        return max(0, Double((now.time - before.time).count) / Double(span.count))
    }

    private static func comes(_ left: Row, before right: Row, by order: Order) -> Bool {
        func down(_ key: (Row) -> Double) -> Bool? { key(left) == key(right) ? nil : key(left) > key(right) }
        let isFirst: Bool? =
            switch order {
            case .cpu: down { $0.share ?? -1 }
            case .mem: down { Double($0.memory) }
            case .runtime: down { Double($0.runtime?.count ?? -1) }
            case .name: nil
            case .state: left.job.state == right.job.state ? nil : left.job.state.rawValue < right.job.state.rawValue
            }
        return isFirst ?? (left.job.entry < right.job.entry)
    }

    // MARK: To be shown

    private static let columns: [ChosenColumn<Row>] = [
        .init("state") { $0.job.state.rawValue }, .init("pid") { "\($0.pid)" },
        .init("cpu") { row in row.share.map { percent($0) } ?? "-" }, .init("mem") { SizeText.shown($0.memory) },
        .init("runtime") { row in row.runtime.map { StatusText.duration($0) } ?? "-" },
        .init("job", .name) { $0.job.entry.description },
        .init("run", isUsual: false) { row in row.job.run.map { "\($0.number)" } ?? "-" },
    ]

    /// `12.3%`.
    private static func percent(_ share: Double) -> String {
        let tenths = Int64(min(share, 1e9) * 1_000 + 0.5)
        return "\(tenths / 10).\(tenths % 10)%"
    }

    package func table(_ layout: TableLayout) throws -> String {
        try Self.columns.chosen(layout.columns).table(rows, layout)
    }

    /// An object a line.
    package var json: String {
        rows.map { row in
            JSONCoding.output(
                StatusJSON.object([
                    ("entry", .string(row.job.entry.description)), ("state", .string(row.job.state.rawValue)),
                    ("pid", .int(row.pid)), ("cpu", row.share.map { .double($0) }), ("memory", .int(row.memory)),
                    ("run", row.job.run.map { .int($0.number) }),
                    ("runtime_us", row.runtime.map { .int($0.wholeMicroseconds) }),
                ])) + "\n"
        }.joined()
    }
}

extension SizeText {
    /// `812 KiB`, `1.4 MiB`.
    package static func shown(_ bytes: Int64) -> String {
        if bytes < 1 << 20 { return "\(bytes >> 10) KiB" }
        let unit: (Int64, String) = bytes < 1 << 30 ? (1 << 20, "MiB") : (1 << 30, "GiB")
        let tenths = bytes * 10 / unit.0
        return "\(tenths / 10).\(tenths % 10) \(unit.1)"
    }
}
