import Registry
import Shared
import Testing

@Suite("What a worker is told of its job")
struct JobLimitTests {
    private func complaints(_ text: String, functions: Set<String>? = nil) throws -> [String] {
        let load = load(text)
        try #require(load.errors.isEmpty, "\(load.errors)")
        return JobEntries.definitions(in: load, functions: functions).errors.map(\.description)
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

    @Test("names a function that the worker has, whatever else is wrong with the entry")
    func functions() throws {
        let text = job(meta: "interval: 1", rest: "method: tikc")
        #expect(try complaints(text, functions: nil).count == 1)
        let found = try complaints(text, functions: ["tick", "tock"])
        #expect(found.count == 2)
        #expect(
            found.contains {
                $0.hasSuffix("the worker has no function 'tikc'; expected one of tick, tock; did you mean 'tick'?")
            })
        #expect(try complaints(job(), functions: ["tick"]).isEmpty)
    }
}
