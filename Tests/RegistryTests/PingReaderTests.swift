import Clocks
import Model
import Registry
import Testing
import Values

@Suite("The ping of a job")
struct PingReaderTests {
    private static let noCurl = ProgramSource(
        inheritedPath: "/bin", program: { name, _ in name == "curl" ? .missing : .there }, directory: { _ in .there })

    /// A job with these keys, and other entries after it.
    private func found(
        _ keys: String, _ entries: String..., files: EnvironmentFileSource = .empty, programs: ProgramSource = .unasked
    ) -> JobEntries.Found {
        let text = """
            namespace: app
            entries:
              - {name: Job.a, kind: function.exec, command: [x], \(keys), meta: {type: cron.job, interval: 1s}}

            """
        return JobEntries.definitions(
            in: load(text + entries.map { "  - \($0)\n" }.joined()), environmentFiles: files, programs: programs)
    }

    @Test("is a URL, or a map with more, and needs no entry")
    func forms() throws {
        let short = found("ping: 'https://hc-ping.com/u'")
        try #require(short.errors == [])
        var ping = JobHooks.Ping(url: "https://hc-ping.com/u")
        #expect(short.jobs.first?.policy.hooks.ping == ping)
        let called = try #require(short.hookFunctions.first)
        #expect(called.id == CompanionFunction.ping && called.isHookOnly && called.function.isOfCompanion)
        #expect(called.policy.retry == CompanionFunction.retry && short.hookFunctions.count == 1)
        // What its program has is asked for with the job.
        #expect(short.functions.map(\.entry.description) == ["app:Job.a", "app:Job.a"])
        let long = found(
            "ping: {url: 'http://h', events: [failure], every: 1m, function: 'app:tell'}",
            "{name: tell, kind: function.exec, command: [x], retry: {max_attempts: 9}}")
        try #require(long.errors == [])
        ping = JobHooks.Ping(url: "http://h", function: EntryID("app:tell")!)
        (ping.events, ping.every) = ([.failure], .seconds(60))
        #expect(long.jobs.first?.policy.hooks.ping == ping)
        #expect(long.hookFunctions.map(\.policy.retry?.delays.maxAttempts) == [9])
    }

    @Test("has the values of variables, and none of the daemon's")
    func variables() throws {
        let file = EnvironmentFileSource { _ in .bytes(Array("KEY=secret\nURL=https://h/x\n".utf8)) }
        func url(_ text: String) -> String? {
            let found = found("environment_file: e, environment: {OWN: o}, ping: '\(text)'", files: file)
            return found.errors.first.map(\.message) ?? found.jobs.first?.policy.hooks.ping?.url
        }
        #expect(url("https://h/${KEY}/${CRONSUPD_SLUG}?o=${OWN}") == "https://h/secret/app-job-a?o=o")
        #expect(url("${URL}/${CRONSUPD_ENTRY}") == "https://h/x/app:Job.a")
        #expect(url("https://h/$KEY}{") == "https://h/$KEY}{")
        #expect(
            url("https://h/${PATH}")
                == "ping: no value for ${PATH}; expected the variable in the entry's environment_file or environment")
        #expect(url("https://h/${KEY") == "ping: a '${' without a '}' after it; expected as in ${NAME}")
    }

    @Test(
        "is told what is wrong with it",
        arguments: [
            ("ping: 5", "ping: expected a URL such as https://hc-ping.com/UUID, found the number 5"),
            ("ping: {every: 1m}", "ping: no 'url'; expected as in {url: \"https://hc-ping.com/UUID\", every: 1m}"),
            ("ping: hc-ping.com/u", "ping: expected a URL that begins with https:// or http://"),
            ("ping: 'https:///u'", "ping: a URL without a host; expected as in https://hc-ping.com/UUID"),
            (
                "ping: {url: 'https://h/a b'}",
                "ping.url: a URL with a blank or another character that none has; expected it as %20 and so on"
            ),
            (
                "ping: {url: 'http://h', events: [end]}",
                "ping.events.0: expected one of start, success, failure, found the string 'end'"
            ),
            (
                "ping: {url: 'http://h', events: []}",
                "ping.events: expected a list of start, success, failure, found a list"
            ),
            (
                "ping: {url: 'http://h', function: 'app:no'}",
                "ping.function: no entry 'app:no' in the registry; expected the ID of a function"
            ),
            (
                "ping: {url: 'http://h', start: false}",
                "ping: unknown key 'start'; expected one of events, every, function, url"
            ),
        ])
    func errors(keys: String, complaint: String) {
        #expect(found(keys).errors.map(\.message) == [complaint])
    }

    @Test("needs curl, which is looked for before it is needed")
    func curl() {
        #expect(
            found("ping: 'http://h'", programs: Self.noCurl).errors.map(\.description) == [
                "registry.yaml:3:60: the function 'ping' needs the program curl, and there is none in PATH (/bin); "
                    + "expected it to be installed"
            ])
    }
}
