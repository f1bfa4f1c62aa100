import Glibc
import Kernel

/// What /proc tells about processes (proc(5)).
enum Proc {
    static var processes: [ProcessID] {
        ((try? FileSystem.names(in: "/proc")) ?? []).compactMap { ProcessID($0) }
    }

    /// `R`, `S`, `D`, `T`, `Z`…, or `nil` if there is no such process.
    static func state(_ pid: ProcessID) -> Character? { statFields(pid)?.first?.first }

    static func parent(_ pid: ProcessID) -> ProcessID? {
        statFields(pid).flatMap { $0.count > 1 ? ProcessID($0[1]) : nil }
    }

    /// Time on the processor, in hundredths of a second.
    static func processorTicks(_ pid: ProcessID) -> Int {
        guard let fields = statFields(pid), fields.count > 12 else { return 0 }
        return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
    }

    static func isAlive(_ pid: ProcessID) -> Bool { state(pid).map { $0 != "Z" && $0 != "X" } ?? false }

    static func descriptorCount(_ pid: ProcessID) -> Int {
        (try? FileSystem.names(in: "/proc/\(pid)/fd").count) ?? 0
    }

    static func children(of pid: ProcessID) -> [ProcessID] {
        let text = TextFile.read("/proc/\(pid)/task/\(pid)/children") ?? ""
        return text.split(separator: " ").compactMap { ProcessID($0) }
    }

    static func zombies(of pid: ProcessID) -> [ProcessID] { children(of: pid).filter { state($0) == "Z" } }

    /// A line of /proc/PID/status, such as `SigBlk`.
    static func status(_ pid: ProcessID, _ key: String) -> String? {
        let lines = TextFile.read("/proc/\(pid)/status")?.split(separator: "\n") ?? []
        guard let line = lines.first(where: { $0.hasPrefix("\(key):") }) else { return nil }
        return line.dropFirst(key.count + 1).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The fields behind the name, which may hold anything.
    private static func statFields(_ pid: ProcessID) -> [Substring]? {
        guard let text = TextFile.read("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }
}
