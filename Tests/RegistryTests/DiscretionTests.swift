import Registry
import Testing

@Suite("An error beside a variable's value")
struct DiscretionTests {
    private func errors(_ rest: String) -> [Diagnostic] {
        let text = """
            namespace: app
            entries:
              - name: job.one
                kind: function.exec
                meta: {type: cron.job, interval: 1s}
                command: "true"
            \(rest.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            """
        let load = load(text)
        return load.errors + JobEntries.definitions(in: load).errors
    }

    @Test(
        "does not show it, whatever it is about",
        arguments: [
            // In the line itself.
            "environment: {A: hunter2, B: []}", "environment: {B: [], A: hunter2}", "environment: [hunter2]",
            "environment: hunter2", "{environment: {A: hunter2}}: x",
            // In lines below.
            "environment:\n  A: hunter2\n  A: hunter2", "environment:\n  A: 'hunter2'x",
            "\"environment\" :\n  - hunter2: b",
            "environment:\n\n  # hunter2: {\n  A: {hunter2", "environment: {\n  A: [hunter2],\n}",
            "environment: {A: x,\nB: [hunter2]}", "environment: {A: [x,\n], B: [hunter2]}",
            "environment: &a {A: x,\nB: [hunter2]}", "environment:\n  A: |\n    hunter2\n   hunter2\n  B: []\n",
            // What cannot be a value is not quoted either.
            "environment:\n  A: !hunter2", "environment:\n  A: *hunter2", "environment:\n  A: !!int hunter2",
            "environment:\n  A: !hunter2 x", "environment: {A: *hunter2}",
        ])
    func hidden(rest: String) {
        let errors = errors(rest)
        #expect(!errors.isEmpty, "\(rest)")
        for error in errors { #expect(!error.rendered.contains("hunter2"), "\(error.rendered)") }
    }

    @Test("of a number that is out of range does not quote it")
    func numbers() {
        let errors = errors("environment:\n  PIN: 99999999999999999999\n  B: !!float 1e999")
        #expect(errors.map(\.message) == Array(repeating: "a number out of range; expected quotes around it", count: 2))
    }

    @Test(
        "is shown as ever where there is none",
        arguments: [
            "nice: 99", "environment:\n  A: '{'\nnice: 99", "environment: {A: [b, {c: d}]}\nnice: 99",
            "environment: {A: b}\nnice: 99", "environment:\n  A: b\nnice: 99",
            "environment_file:\n  - 5\n", "environmental: {A: b}",
        ])
    func shown(rest: String) {
        let errors = errors(rest)
        #expect(errors.last?.excerpt != nil, "\(errors)")
    }
}
