import Model
import Registry
import Testing

@Suite("What a worker is told of its job")
struct JobLimitTests {
    private func complaints(_ text: String) throws -> [String] {
        let load = load(text)
        try #require(load.errors.isEmpty, "\(load.errors)")
        return JobEntries.definitions(in: load).errors.map(\.description)
    }

    @Test("has an end, with each alias counted as all that it stands for")
    func size() throws {
        let text = """
            namespace: app
            entries:
            - name: big
              kind: function.swift
              method: tick
              meta: {type: cron.job, interval: 1s}
              a: &a [\(String(repeating: "x, ", count: 100))x]
              b: &b [\(String(repeating: "*a, ", count: 60))*a]
              c: [\(String(repeating: "*b, ", count: 12))*b]
            """
        let found = try complaints(text)
        #expect(found.count == 1)
        #expect(found.first?.contains("bytes of values; expected at most 1048576") == true)
    }

    @Test("is asked of it whatever else is wrong with the entry, and also if it is disabled")
    func functions() throws {
        for meta in ["interval: 1", "interval: 1s, enabled: false"] {
            let found = JobEntries.definitions(in: load(job(meta: meta, rest: "method: tikc")))
            #expect(found.jobs.isEmpty)
            #expect(found.functions.map(\.function) == [.swift(name: "tikc", program: nil)])
        }
    }
}
