import Kernel
import Schedules
import Values

/// The time zones that functions have asked for.
final class ZoneShelf {
    struct Zone {
        let rules: ZoneRules
        /// Empty: UTC.
        let file: String
    }

    private var zones: [(name: String, zone: Zone)] = []

    /// The first ones make room for the next.
    private static let most = 16
    private static let directory = "/usr/share/zoneinfo"
    /// That of the job.
    private static let own = ""

    /// `job`: of its schedule. A job without one has the zone of its variable TZ, or of this machine.
    init(_ job: Zone?) {
        if let job { zones.append((Self.own, job)) }
    }

    func span(_ name: String, at seconds: Int64) throws -> ZoneSpan {
        let segment = try zone(name).rules.segment(at: seconds)
        return ZoneSpan(start: segment.start, end: segment.end, offset: segment.offset)
    }

    func name(_ name: String, at seconds: Int64) throws -> String {
        let zone = try zone(name)
        return zone.file.isEmpty ? "UTC" : try ZoneFile.name(in: ZoneFile.contents(zone.file), at: seconds)
    }

    private func zone(_ name: String) throws -> Zone {
        for (known, zone) in zones where known == name { return zone }
        let zone = name == Self.own ? try own() : try load(name)
        // The job's own one stays, if it came first.
        if zones.count >= Self.most { zones.remove(at: 1) }
        zones.append((name, zone))
        return zone
    }

    private func own() throws -> Zone {
        if let name = ThisProcess.environment("TZ"), !name.isEmpty {
            return try load(name.utf8.first == UInt8(ascii: ":") ? String(name.dropFirst()) : name)
        }
        let file = LocalZone.file
        return file.isEmpty ? Zone(rules: .utc, file: "") : Zone(rules: try ZoneFile.load(file), file: file)
    }

    private func load(_ name: String) throws -> Zone {
        let file = "\(ThisProcess.environment("TZDIR") ?? Self.directory)/\(name)"
        guard Self.isName(name) else { throw unknown(name) }
        if name == "UTC", !FileSystem.exists(file) { return Zone(rules: .utc, file: "") }
        do {
            return Zone(rules: try ZoneFile.load(file), file: file)
        } catch let error as SystemError where error.isNotFound || error.isNoFile {
            throw unknown(name)
        } catch {
            throw FunctionFailure("time zone '\(name)': \(file) \(error)", kind: "INTERNAL")
        }
    }

    private func unknown(_ name: String) -> FunctionFailure {
        FunctionFailure(
            "'\(PrintableText.escape(name, limit: 60))' is no time zone of this machine; expected one such as Europe/Riga",
            kind: "NOT_FOUND")
    }

    /// No way out of the directory.
    private static func isName(_ name: String) -> Bool {
        if name.isEmpty || name.utf8.contains(0) || name.utf8.count > 255 { return false }
        for part in name.split(separator: "/", omittingEmptySubsequences: false)
        where part.isEmpty || part.hasPrefix(".") {
            return false
        }
        return true
    }
}
