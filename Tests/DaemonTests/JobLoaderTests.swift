import Model
import Registry
import Schedules
import Testing
import Values

@testable import Daemon

func load(
    _ text: String, functions: Set<String>? = nil, mostJobs: Int = 100, path: String = "registry.yaml"
) -> LoadedJobs {
    let file = RegistryFile(path: path, bytes: Array(text.utf8))
    var answers = FunctionAnswers()
    answers.catalogs[nil] = functions.map { .functions($0) }
    return LoadedJobs(RegistryCandidate([file], zones: .utcOnly), answers, mostJobs: mostJobs)
}

/// Each job in four lines; the first begins in line 3.
func registry(_ jobs: (name: String, method: String, interval: String)...) -> String {
    let entries = jobs.map { job in
        """
        - name: \(job.name)
          kind: function.swift
          method: \(job.method)
          meta: {type: cron.job, interval: \(job.interval)}

        """
    }
    return "namespace: app\nentries:\n" + entries.joined()
}

@Suite("A registry's jobs")
struct JobLoaderTests {
    private static let functions: Set<String> = ["heartbeat", "cleanup", "report"]

    @Test("are loaded in file order if the worker has their functions")
    func fine() {
        let loaded = load(
            registry(("job.b", "cleanup", "1s"), ("job.a", "report", "2s")), functions: Self.functions)
        #expect(loaded.errors.isEmpty && loaded.diagnosticText.isEmpty)
        #expect(loaded.jobs.map(\.id.description) == ["app:job.b", "app:job.a"])
    }

    @Test("with a function that the worker does not have name it, its place, and the nearest that it has")
    func unknownFunction() {
        let text = registry(
            ("job.a", "heartbeet", "1s"), ("job.b", "heartbeat", "1s"), ("job.c", "vacuum", "1s"))
        let loaded = load(text, functions: Self.functions)
        #expect(
            loaded.errors.map(\.description) == [
                "registry.yaml:5:11: the worker has no function 'heartbeet'; expected one of cleanup, heartbeat, report"
                    + "; did you mean 'heartbeat'?",
                "registry.yaml:13:11: the worker has no function 'vacuum'; expected one of cleanup, heartbeat, report",
            ])
        #expect(loaded.diagnosticText.contains("  5 |   method: heartbeet\n    |           ^\n"))
        #expect(load(text).errors.isEmpty)
    }

    @Test("without functions are named up to a limit, and the others counted")
    func manyUnknown() {
        let text =
            "namespace: app\nentries:\n"
            + (1...250).map {
                "- {name: job\($0), kind: function.swift, method: x, meta: {type: cron.job, interval: 1s}}\n"
            }.joined()
        let errors = load(text, functions: Self.functions, mostJobs: 1_000).errors
        #expect(errors.count == 101)
        #expect(errors.last?.message == "… and 150 more")
    }

    @Test("are refused at the first one that there is no room for")
    func tooMany() {
        let text = registry(("job.a", "x", "1s"), ("job.b", "x", "1s"), ("job.c", "x", "1s"))
        #expect(load(text, mostJobs: 3).errors.isEmpty)
        #expect(
            load(text, mostJobs: 2).errors.map(\.description) == [
                "registry.yaml:11:3: job 3 of 3 is more than the limit of open files allows; expected at most 2 jobs, "
                    + "or a higher limit (LimitNOFILE=, ulimit -n)"
            ])
        #expect(load(text, mostJobs: 0).errors.map(\.location.line) == [3])
    }

    @Test("are all refused if the registry is wrong")
    func registryError() {
        let loaded = load("namespace: app\nentries: 5\n", functions: [])
        #expect(loaded.jobs.isEmpty)
        #expect(loaded.errors.count == 1)
    }

    @Test("may come with notes")
    func notes() {
        let loaded = load("namespace: app\nentries:\n- {name: a, kind: b}\n")
        #expect(loaded.errors.isEmpty)
        let text = "registry.yaml:1:1: no entry of the registry has meta.type: cron.job; there is nothing to run\n"
        #expect(loaded.diagnosticText == "note[no-job]: " + text)
        #expect(loaded.strictHint == nil)
    }

    @Test("are refused for their notes if that is asked for, but for those that are accepted")
    func strict() {
        let text =
            registry(("job.a", "report", "1h"), ("job.b", "report", "2h"))
            + "- {name: c, kind: d, meta: {type: cronjob}}\n"
        var loaded = load(text, functions: Self.functions)
        #expect(loaded.errors.isEmpty && loaded.notes.map(\.note) == [.intervalRestart, .intervalRestart, .notAJob])
        loaded.refuseNotes(allowing: [.notAJob])
        #expect(loaded.errors.map(\.location.line) == [6, 10] && loaded.notes.map(\.location.line) == [11])
        #expect(loaded.diagnosticText.hasPrefix("error[interval-restart]: registry.yaml:6:"))
        #expect(loaded.diagnosticText.contains("\nnote[not-a-job]: registry.yaml:11:"))
        #expect(loaded.strictHint == "notes are errors with --strict; accept them with --allow interval-restart")
    }

    @Test("that are disabled are counted, which is no note")
    func disabled() {
        let job =
            "- {name: a, kind: function.swift, method: report, meta: {type: cron.job, interval: 1h, enabled: false}}\n"
        let loaded = load("namespace: app\nentries:\n" + job, functions: Self.functions)
        #expect(loaded.jobs.isEmpty && loaded.disabledCount == 1 && loaded.diagnosticText.isEmpty)
        #expect(loaded.disabledText == "1 job is disabled")
    }
}
