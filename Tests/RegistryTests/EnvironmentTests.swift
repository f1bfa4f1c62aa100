import Model
import Registry
import Testing

@Suite("What a job's process finds around it")
struct EnvironmentTests {
    /// By their paths.
    private static func files(_ texts: [String: String]) -> EnvironmentFileSource {
        EnvironmentFileSource { path in
            if path == "etc/secret" { return .unreadable("open 'etc/secret': Permission denied") }
            return texts[path].map { .bytes(Array($0.utf8)) } ?? .missing("open '\(path)': No such file or directory")
        }
    }

    private static let some = files(["etc/a.env": "A=1\nB=1\n", "etc/b.env": "B=2\nC=2\n", "/c.env": "C=3"])

    private func found(_ rest: String, kind: String = "function.swift", data: String = "method: m") -> JobEntries.Found
    {
        let text = """
            namespace: app
            entries:
            - name: job.one
              meta: {type: cron.job, interval: 1s}
              kind: \(kind)
              \(data)
              \(rest)
            """
        return JobEntries.definitions(in: load(["etc/jobs.yaml": text]), environmentFiles: Self.some)
    }

    private func job(_ rest: String, kind: String = "function.swift", data: String = "method: m") throws
        -> JobDefinition
    {
        let found = found(rest, kind: kind, data: data)
        try #require(found.errors == [], "\(rest)")
        return try #require(found.jobs.first)
    }

    private func variables(_ rest: String) throws -> String { text(try job(rest).process) }

    private func text(_ settings: ProcessSettings) -> String {
        settings.environment.variables.map { "\($0.name)=\($0.value ?? "-")" }.joined(separator: " ")
    }

    @Test("is that of the daemon unless its entry says otherwise")
    func defaults() throws {
        #expect(try job("args: []").process == ProcessSettings())
        #expect(try job("environment_inherit: true").process.isEmpty)
        #expect(try job("environment: {}").process.isEmpty)
        #expect(try job("environment_file: []").process.isEmpty)
        #expect(try !job("environment_inherit: false").process.environment.isInherited)
    }

    @Test("are the variables of its files and then of its entry, of which the last one counts")
    func precedence() throws {
        #expect(try variables("environment: {A: x, N: 5, T: true, GONE: null}") == "A=x N=5 T=true GONE=-")
        #expect(try variables("environment_file: a.env") == "A=1 B=1")
        #expect(try variables("environment_file: [a.env, b.env, /c.env]") == "A=1 B=2 C=3")
        #expect(try variables("environment_file: [b.env, a.env]") == "B=1 C=2 A=1")
        #expect(
            try variables("environment_file: [a.env, b.env]\n  environment: {B: 9, C: null}") == "A=1 B=9 C=-")
        #expect(try variables("environment_file: -nowhere.env") == "")
        #expect(try variables("environment_file: [-nowhere.env, -a.env]") == "A=1 B=1")
    }

    @Test("has a login where none is inherited and no user is named, below all that the entry says")
    func login() throws {
        let inherit = "environment_inherit: false"
        #expect(try variables(inherit) == "HOME=/root LOGNAME=root USER=root")
        #expect(try variables("\(inherit)\n  environment: {HOME: /x, USER: null}") == "HOME=/x LOGNAME=root USER=-")
        #expect(try variables("\(inherit)\n  user: root") == "")
        #expect(try variables("environment_inherit: true") == "")
    }

    @Test("is the same for all kinds; a command has its own variables besides, which its worker does not")
    func kinds() throws {
        let rest =
            "environment_file: a.env\n  environment: {B: 9}\n  environment_inherit: false\n  working_directory: d"
        let lua = try job(rest, kind: "function.lua", data: "method: m\n  source: file://x.lua").process
        let exec = try job(rest, kind: "function.exec", data: "command: 'true'")
        #expect(try job(rest).process == lua)
        let login = "HOME=/root LOGNAME=root USER=root"
        #expect(text(lua) == "\(login) A=1 B=9" && text(exec.process) == "\(login) A=1 B=1")
        for settings in [lua, exec.process] {
            #expect(settings.workingDirectory == "etc/d" && !settings.environment.isInherited)
        }
        guard case .exec(let command) = exec.function else { throw Missing() }
        #expect(command.environment == [.init("B", "9")] && command.workingDirectory == "d")
    }

    private struct Missing: Error {}

    @Test("is a directory that counts from the registry's file")
    func directories() throws {
        #expect(try job("working_directory: /srv/x").process.workingDirectory == "/srv/x")
        #expect(try job("working_directory: ../x").process.workingDirectory == "etc/../x")
        let optional = try job("working_directory: -/srv/x")
        #expect(optional.process.workingDirectory == "/srv/x" && optional.process.isDirectoryOptional)
    }

    @Test("is part of the job: a change of it is a change of the job, also of a file alone")
    func identity() throws {
        let texts = ["A=1", "A=2", "B=1"]
        var jobs = try ["args: []", "environment_inherit: false", "working_directory: d", "environment: {A: 1}"].map {
            try job($0)
        }
        let text = load(RegistryTests.job(rest: "method: m, environment_file: x"))
        jobs += texts.compactMap { JobEntries.definitions(in: text, environmentFiles: source($0)).jobs.first }
        #expect(jobs.count == 7)
        for (index, job) in jobs.enumerated() {
            for (other, another) in jobs.enumerated() { #expect(job.isSameJob(as: another) == (index == other)) }
        }
    }

    @Test(
        "is refused where it cannot be, with its line and column",
        arguments: [
            ("environment: 5", "7:16: environment: expected a map of names to values, found a number"),
            ("environment: hunter2", "7:16: environment: expected a map of names to values, found a string"),
            ("environment: [A=hunter2]", "7:16: environment: expected a map of names to values, found a list"),
            (
                "environment:\n    A: 1\n    B: [hunter2]",
                "9:8: environment.B: expected a string or a number, found a list"
            ),
            (
                "environment:\n    A: 1\n    B=hunter2: x",
                "9:5: environment: expected the name of a variable, without '=' and NUL, found a name that begins "
                    + "with 'B'"
            ),
            (
                "environment: {'': hunter2}",
                "7:17: environment: expected the name of a variable, without '=' and NUL, found ''"
            ),
            (
                "environment:\n    A: 1\n    CRONSUPD_INSTANCE: hunter2",
                "9:5: environment: CRONSUPD_INSTANCE is cronsupd's own; expected another name"
            ),
            (
                "environment: {CRONSUPD_PID: ~}",
                "7:17: environment: CRONSUPD_PID is cronsupd's own; expected another name"
            ),
            (
                "environment:\n    A: \"hunter2\\0\"",
                "8:8: environment.A: NUL at byte 7; expected none, since it would end the text there"
            ),
            ("environment_inherit: 0", "7:24: environment_inherit: expected true or false, found the number 0"),
            (
                "environment_file: none.env",
                "7:21: environment_file: open 'etc/none.env': No such file or directory"
            ),
            (
                "environment_file: [a.env, none.env]",
                "7:29: environment_file.1: open 'etc/none.env': No such file or directory"
            ),
            ("environment_file: -secret", "7:21: environment_file: open 'etc/secret': Permission denied"),
            (
                "environment_file: ''",
                "7:21: environment_file: expected a path, with a '-' before it if the file may be missing, found the string ''"
            ),
            (
                "environment_file: ['-']",
                "7:22: environment_file.0: expected a path, with a '-' before it if the file may be missing, "
                    + "found the string '-'"
            ),
            (
                "environment_file: {A: b}",
                "7:21: environment_file: expected a path, with a '-' before it if the file may be missing, found a map"
            ),
            (
                "environment_file: [a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a]",
                "7:21: environment_file: 17 files; expected at most 16"
            ),
            ("working_directory: 7", "7:22: working_directory: expected a path, found the number 7"),
            ("working_directory: ''", "7:22: working_directory: expected a path, found an empty string"),
            ("enviroment_file: a.env", "7:3: unknown key 'enviroment_file'; did you mean 'environment_file'?"),
            ("workingdirectory: a", "7:3: unknown key 'workingdirectory'; did you mean 'working_directory'?"),
        ])
    func refusals(rest: String, message: String) {
        #expect(found(rest).errors.map(\.description) == ["etc/jobs.yaml:\(message)"])
    }

    @Test("cannot be more than a worker can be told")
    func limits() {
        let value = String(repeating: "x", count: 100_000)
        let half = (0..<6).map { "A\($0)=\(value)\n" }.joined()
        let rest = (0..<6).map { "B\($0)=\(value)\n" }.joined()
        let files = Self.files(["one": half, "two": rest])
        func messages(_ list: String) -> [String] {
            let text = load(RegistryTests.job(rest: "method: m, environment_file: \(list)"))
            return JobEntries.definitions(in: text, environmentFiles: files).errors.map(\.message)
        }
        #expect(messages("[one]") == [] && messages("[one, one]") == [])
        #expect(messages("[one, two]") == ["environment_file: 1200024 bytes of variables; expected at most 1048576"])
        let names = Self.files([
            "one": (0..<600).map { "A\($0)=\n" }.joined(), "two": (0..<600).map { "B\($0)=\n" }.joined(),
        ])
        let text = load(RegistryTests.job(rest: "method: m, environment_file: [one, two]"))
        #expect(
            JobEntries.definitions(in: text, environmentFiles: names).errors.map(\.message) == [
                "environment_file: 1200 variables; expected at most 1024"
            ])
    }
}
