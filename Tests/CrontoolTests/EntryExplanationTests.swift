import Crontabs
import Registry
import Testing

@testable import Crontool

@Suite("An entry, explained")
struct EntryExplanationTests {
    private static let text = """
        namespace: app
        meta: {team: core}
        entries:
          - {name: d, kind: cron.defaults, timeout: 10m, environment: {A: x, B: y}}
          - name: job
            kind: function.exec
            command: [rsync, -a]
            environment: {B: own}
            meta: {type: cron.job, schedule: "30 3 * * *"}
          - {name: off, kind: function.exec, command: x, meta: {type: cron.job, interval: 1h, align: true, enabled: false}}
          - {name: other, kind: registry.entry}
        """

    private func text(_ id: String) throws -> String? {
        let load = RegistrySnapshot.load([RegistryFile(path: "r.yaml", bytes: Array(Self.text.utf8))])
        return try EntryExplanation(id, in: load)?.text
    }

    @Test("says when it runs, and where each of its values is from")
    func job() throws {
        #expect(
            try text("app:job") == """
                app:job  function.exec  r.yaml:5:5
                At 03:30 every day.
                \(try notes("30 3 * * *"))
                KEY            VALUE           FROM              PLACE
                meta.type      cron.job        entry             r.yaml:9
                meta.schedule  30 3 * * *      entry             r.yaml:9
                meta.team      core            meta of the file  r.yaml:2
                command        ["rsync","-a"]  entry             r.yaml:7
                environment.B  own             entry             r.yaml:8
                environment.A  x               app:d             r.yaml:4
                timeout        10m             app:d             r.yaml:4

                """)
    }

    private func notes(_ expression: String) throws -> String {
        let text = Explanation(try WrittenSchedule(expression, entry: nil, hasSeconds: false)).notes
        return text.map { "  - \($0)\n" }.joined()
    }

    @Test("says that it is disabled, or no job")
    func others() throws {
        let off = try #require(try text("app:off"))
        #expect(off.contains("\nDisabled.\nEvery 1h, counted from each midnight.\n"))
        #expect(try #require(try text("app:other")).hasPrefix("app:other  registry.entry  r.yaml:11:5\nNo job.\n"))
        #expect(try text("app:none") == nil)
        #expect(throws: InputFailure.self) { try text("none") }
    }
}
