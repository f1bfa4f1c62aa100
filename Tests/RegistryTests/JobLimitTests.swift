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

    @Test("has no key that a message could not hold", arguments: ["k", "deep: {k", "list: [{k"])
    func keys(prefix: String) throws {
        let closing = prefix.contains("[") ? "}]" : prefix.contains("{") ? "}" : ""
        for (length, isTooLong) in [(512, false), (513, true)] {
            let key = String(repeating: "k", count: length - 1)
            let found = try complaints(job(rest: "method: tick, \(prefix)\(key): 1\(closing)"))
            #expect(found.isEmpty != isTooLong)
            #expect(found.allSatisfy { $0.hasSuffix("a key of more than 512 bytes; expected at most 512") })
        }
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

    @Test("has a method with a name of bounded length")
    func method() throws {
        let long = String(repeating: "m", count: 129)
        #expect(
            try complaints(job(rest: "method: \(long)")).first?.contains("a name of 129 bytes; expected at most 128")
                == true)
        #expect(try complaints(job(rest: "method: \(long.dropFirst())")).isEmpty)
    }
}
