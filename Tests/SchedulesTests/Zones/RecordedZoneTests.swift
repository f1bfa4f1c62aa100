import Kernel
import Schedules
import Testing

@Suite("The rules of every zone")
struct RecordedZoneTests {
    @Test("are as many as tzdata has")
    func count() {
        #expect(RecordedZone.files.count >= 590)
        #expect(RecordedZone.all.count >= 440)
    }

    @Test("have the offsets of zoneinfo on both sides of every change from 1850 to 2100")
    func offsets() {
        var changes = 0
        for zone in RecordedZone.all {
            changes += zone.changes.count
            if let wrong = Self.firstError(zone, zone.rules) { Issue.record("\(zone.name): \(wrong)") }
        }
        #expect(changes > 40_000)
    }

    private static let folder = "/usr/share/zoneinfo"
    private static var hasRecordedVersion: Bool {
        let version = try? FileSystem.contents(of: "\(folder)/tzdata.zi", limit: 1 << 20)
        return version.map { $0.bytes.starts(with: "# version 2025b\n".utf8) } ?? false
    }

    @Test(
        "are the same in the files of this machine, if it has the same tzdata",
        .enabled(if: hasRecordedVersion, "needs the version of tzdata that is recorded, 2025b"))
    func machine() throws {
        let folder = Self.folder
        for zone in RecordedZone.all {
            guard let (bytes, _) = try FileSystem.contents(of: "\(folder)/\(zone.name)", limit: 1 << 20) else {
                continue
            }
            if let wrong = Self.firstError(zone, try ZoneFile.rules(bytes)) { Issue.record("\(zone.name): \(wrong)") }
        }
    }

    /// The first span that is not as recorded.
    private static func firstError(_ zone: RecordedZone, _ rules: ZoneRules) -> String? {
        for (index, change) in zone.changes.enumerated() {
            let end = index + 1 < zone.changes.count ? zone.changes[index + 1].instant : nil
            let start = index == 0 ? (end ?? 0) - 1 : change.instant
            let middle = end.map { start + ($0 - start) / 2 } ?? start
            for instant in [start, middle, end.map { $0 - 1 } ?? start] {
                let segment = rules.segment(at: instant)
                guard segment.offset == change.offset, index == 0 || segment.start == start,
                    end.map({ $0 == segment.end }) ?? true
                else { return "at \(instant): \(segment); expected \(start)..<\(end ?? .max): \(change.offset)" }
            }
        }
        return nil
    }
}
