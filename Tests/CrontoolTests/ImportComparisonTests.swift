import Clocks
import Crontabs
import Model
import Registry
import Schedules
import Testing
import Values

@testable import Crontool

@Suite("A registry beside crontabs")
struct ImportComparisonTests {
    private static let from = WallInstant(seconds: 1_772_323_200)  // 2026-03-01T00:00:00Z

    private func jobs(_ text: String) throws -> [JobDefinition] {
        let load = RegistrySnapshot.load([RegistryFile(path: "r.yaml", bytes: Array(text.utf8), isNamed: true)])
        let found = JobEntries.definitions(in: load, zones: zones, accounts: host(current: 0).accounts)
        try #require(load.errors.isEmpty && found.errors.isEmpty, "\(load.errors) \(found.errors)")
        return found.jobs
    }

    /// The comparison of a crontab with its own registry after a change of that one's text.
    private func comparison(
        _ crontab: String, _ change: (String) -> String = { $0 }
    ) throws -> ImportComparison {
        let result = importing(crontab, isSystem: true)
        try #require(result.errors.isEmpty, "\(result.errors)")
        let text = registry(of: result)
        let changed = change(text)
        let origins = Dictionary(uniqueKeysWithValues: result.entries.map { ($0.name, $0.origin) })
        return ImportComparison(try jobs(text), origins: origins, registry: try jobs(changed), from: Self.from)
    }

    private static let crontab =
        "0 3 * * * ada tar a%x\n* * * * * root tar b\n@reboot root tar c\n*/5 * * * * ada tar a\n"

    @Test("does not differ from them where it was made of them, in whatever order and under whatever names")
    func same() throws {
        #expect(try comparison(Self.crontab).differences == [])
        let renamed = try comparison(Self.crontab) { text in
            text.split(separator: "name: tar-").joined(separator: "name: x-")
        }
        #expect(renamed.differences == [] && renamed.notes == [])
    }

    @Test("may write the same slots in another way")
    func schedules() throws {
        let other = try comparison("0 0 * * 0 ada x\n") {
            $0.split(separator: "schedule: '0 0 * * 0'").joined(separator: "schedule: '@weekly'")
        }
        #expect(other.differences == [])
    }

    @Test(
        "differs in what a command finds around it, and in its slots",
        arguments: [
            (
                "    shell: /bin/sh\n", "    shell: /bin/bash\n",
                "shell: '/bin/bash' in the registry, '/bin/sh' of the crontab"
            ),
            (
                "'-/home/ada'", "/home/ada",
                "directory: '/home/ada' in the registry, '/home/ada, or else /' of the crontab"
            ),
            ("user: ada", "user: me", "rights: "),
            ("inherit: false", "inherit: true", "it has the variables of the daemon"),
            ("      HOME: /home/ada\n", "      HOME: /secret\n", "HOME has another value"),
            (
                "      SHELL: /bin/sh\n", "      SHELL: /bin/sh\n      EXTRA: secret\n",
                "EXTRA is set in the registry alone"
            ),
            ("stdin: ", "stdin: x", "the standard input is another one"),
            ("0 3 * * *", "1 3 * * *", "it lacks the slot of the crontab at 2026-03-01T03:00:00Z"),
            ("0 3 * * *", "0 2-3 * * *", "it has a slot at 2026-03-01T02:00:00Z, which the crontab has not"),
            (
                "schedule: '0 3 * * *'\n", "schedule: '0 3 * * *'\n      jitter: 5m\n",
                "meta.jitter or meta.splay delays its runs"
            ),
            (
                "schedule: '0 3 * * *'\n", "schedule: '0 3 * * *'\n      ends_at: 2026-03-15T00:00:00Z\n",
                "it lacks the slot of the crontab at 2026-03-15T03:00:00Z"
            ),
            (
                "schedule: '0 3 * * *'", "interval: 24h",
                "its schedule is '24h' in the registry, '0 3 * * *' of the crontab"
            ),
        ])
    func differences(part: String, other: String, difference: String) throws {
        let comparison = try comparison("0 3 * * * ada tar a%x\n") { text in
            #expect(text.contains(part))
            return text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
        }
        #expect(comparison.differences.contains { $0.hasPrefix("tab:1: crontab:tar: \(difference)") }, "\(comparison)")
        #expect(!comparison.differences.joined().contains("secret"))
    }

    @Test("has for each line the job that fits, before another line that it does not fit is held against it")
    func fitting() throws {
        let moved = try comparison("0 5 * * * ada x\n0 2 * * * ada x\n") {
            let later = $0.split(separator: "'0 2 * * *'").joined(separator: "'0 3 * * *'")
            return later.split(separator: "'0 5 * * *'").joined(separator: "'0 2 * * *'")
        }
        #expect(moved.differences.map { $0.prefix(6) } == ["tab:1:"], "\(moved)")
    }

    @Test("lacks jobs and has others: a missing one is a difference, a further one is named")
    func missing() throws {
        let less = try comparison("0 3 * * * ada a\n0 3 * * * ada b\n") {
            $0.split(separator: "command: b\n").joined(separator: "command: c\n")
        }
        #expect(less.differences.map { $0.prefix(33) } == ["tab:2: no enabled job of the regi"])
        #expect(less.notes == ["jobs of the registry that are in none of these crontabs: crontab:b"])
        let disabled = try comparison("0 3 * * * ada a\n") {
            $0.split(separator: "type: cron.job\n").joined(separator: "type: cron.job\n      enabled: false\n")
        }
        #expect(disabled.differences.count == 1)
    }
}
