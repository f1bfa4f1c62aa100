import Model
import Registry
import Testing
import Values

@Suite("A command that needs what is not there")
struct CommandNoteTests {
    /// A machine with the directories `/data` and `etc/here`, the file `/data/x`, and one program.
    private static let programs = ProgramSource(inheritedPath: "/sbin:/bin") { name, search in
        switch (name, search.path, search.directory) {
        case ("tool", "/sbin:/bin", _), ("/bin/sh", _, _), ("./local", _, "/data"): .there
        case ("data", _, _): .unfit("/sbin/data")
        default: .missing
        }
    } directory: {
        $0 == "/data" || $0 == "etc/here" ? .there : $0 == "/data/x" ? .unfit($0) : .missing
    }

    private func notes(_ data: String, meta: String = "{type: cron.job, interval: 1s}") -> [String] {
        let text = """
            namespace: app
            entries:
            - name: job.one
              kind: function.exec
              meta: \(meta)
              \(data)
            """
        let found = JobEntries.definitions(in: load(["etc/jobs.yaml": text]), programs: Self.programs)
        #expect(found.errors == [])
        return found.notes.map { "\($0.note?.rawValue ?? "") \($0.location.line):\($0.location.column) \($0.message)" }
    }

    private static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    @Test(
        "comes with a note at the place",
        arguments: [
            ("command: [tool, x]", nil), ("command: tool x", nil),
            ("command: [tol, x]", "no-program 6:13 command.0: no program 'tol' in PATH (/sbin:/bin); each run fails"),
            (
                "command: [data]",
                "no-program 6:13 command.0: '/sbin/data' is not a file that may be run; each run fails"
            ),
            ("command: [/opt/a]", "no-program 6:13 command.0: no program '/opt/a' on this machine; each run fails"),
            (
                "command: [tool]\n  environment_inherit: false",
                "no-program 6:13 command.0: no program 'tool' in PATH (\(path)); each run fails"
            ),
            (
                "command: [tool]\n  environment: {PATH: /a}",
                "no-program 6:13 command.0: no program 'tool' in PATH (/a); each run fails"
            ),
            (
                "command: [tool]\n  environment: {PATH: null}",
                "no-program 6:13 command.0: no program 'tool' in PATH (none); each run fails"
            ),
            (
                "command: x y\n  shell: /bin/zzsh",
                "no-shell 7:10 shell: no program '/bin/zzsh' on this machine; each run fails"
            ),
            ("command: [./local]\n  working_directory: /data", nil),
            ("command: [tool]\n  working_directory: here", nil),
            (
                "command: [toool]\n  working_directory: gone",
                "no-directory 7:22 working_directory: no directory 'etc/gone' on this machine; each run fails"
            ),
            (
                "command: [tool]\n  working_directory: /data/x",
                "no-directory 7:22 working_directory: '/data/x' is no directory; each run fails"
            ),
            ("command: [tool]\n  working_directory: -gone", nil),
        ])
    func notes(data: String, note: String?) {
        #expect(notes(data) == [note].compactMap(\.self))
    }

    @Test("comes with none if it is disabled, and with one if a hook calls it")
    func others() {
        #expect(notes("command: [tol]", meta: "{type: cron.job, interval: 1s, enabled: false}") == [])
        let hook = "command: [tool]\n  on_failure: app:alert\n- name: alert\n  kind: function.exec\n  command: [curl]"
        #expect(notes(hook) == ["no-program 10:13 command.0: no program 'curl' in PATH (/sbin:/bin); each run fails"])
    }

    @Test("comes with a note at the command if the shell is not there that nobody has named")
    func usualShell() {
        let nothing = ProgramSource(inheritedPath: nil) { _, _ in
            .missing
        } directory: { _ in
            .missing
        }
        let text =
            "namespace: app\nentries:\n- {name: a, kind: function.exec, command: x y, meta: {type: cron.job, interval: 1s}}"
        let notes = JobEntries.definitions(in: load(text), programs: nothing).notes
        #expect(notes.map(\.message) == ["command: no program '/bin/sh' on this machine; each run fails"])
        #expect(notes.first?.location.column == 43)
    }

    @Test("is not asked about unless somebody says where")
    func unasked() {
        let text =
            "namespace: app\nentries:\n- {name: a, kind: function.exec, command: [gone], meta: {type: cron.job, interval: 1s}}"
        #expect(JobEntries.definitions(in: load(text)).notes == [])
    }
}
