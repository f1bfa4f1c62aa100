import Kernel
import Synchronization

/// The machine's use of CPU since the run before (since boot in the first one) and of memory, from proc(5).
@Sendable
func report(_ context: JobContext) throws -> JobResult {
    let cpu = try CPUTime.read()
    let before = previousCPUTime.withLock { previous in
        defer { previous = cpu }
        return previous
    }
    return "cpu=\(cpu.busyPercent(since: before))% mem=\(try usedMemoryPercent())%"
}

/// A worker lives on from run to run, and so does what it remembers.
private let previousCPUTime = Mutex(CPUTime(busy: 0, total: 0))

/// More than is looked for.
private let longestFile = 64 * 1_024

/// Jiffies of all processors since boot.
private struct CPUTime: Sendable {
    var busy: Int64
    var total: Int64

    static func read() throws -> CPUTime {
        let text = try ProcFile.text("/proc/stat", limit: longestFile)
        let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Int64($0) }
        guard fields.count >= 5 else { throw JobError("/proc/stat begins with '\(text.prefix(40))'; expected 'cpu'") }
        // user nice system idle iowait irq softirq steal; guest time is counted in user's already.
        let total = fields.prefix(8).reduce(0, +)
        return CPUTime(busy: total - fields[3] - fields[4], total: total)
    }

    func busyPercent(since before: CPUTime) -> Int64 {
        let elapsed = total - before.total
        return elapsed > 0 ? (busy - before.busy) * 100 / elapsed : 0
    }
}

private func usedMemoryPercent() throws -> Int64 {
    let text = try ProcFile.text("/proc/meminfo", limit: longestFile)
    guard let total = kilobytes("MemTotal:", in: text), let available = kilobytes("MemAvailable:", in: text), total > 0
    else { throw JobError("/proc/meminfo lacks MemTotal or MemAvailable") }
    return (total - available) * 100 / total
}

private func kilobytes(_ key: String, in text: String) -> Int64? {
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
        return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
    }
    return nil
}
