import Crontabs
import Model
import Schedules
import Testing
import Values

@testable import Registry

@Suite(
    "The JSON Schema of registry files", .enabled(if: SchemaValidator.shared != nil, "needs python3-jsonschema"))
struct SchemaTests {
    /// All keys of all kinds, with values that are right.
    private static let whole = """
        version: "1.0"
        namespace: app
        meta: {owner: me}
        comment: c
        x-team: t
        entries:
        - name: defaults
          kind: cron.defaults
          meta: {jitter: 5ms, splay: 1ms, timezone: Europe/Riga, note: n}
          timeout: 9s
          environment: {A: b}
          environment_file: [-none, -other]
          environment_inherit: true
          lifecycle: {stop_timeout: 2s}
          shell: /bin/sh
          working_directory: /
          user: root
          x-free: 1
        - name: exec
          kind: function.exec
          meta: {type: cron.job, schedule: "*/5 * * * *", timezone: Europe/Riga, at_start: true, enabled: true, jitter: 1s, splay: 2s,
                 starts_at: "2026-01-01T00:00:00Z", ends_at: "2027-01-01T00:00:00Z", tags: [a], title: t, labels: {a: b},
                 description: d, comment: c, other: free}
          command: echo 1
          shell: /bin/bash
          environment: {A: 1, B: null, C: x}
          environment_file: -none
          environment_inherit: false
          working_directory: -/tmp
          stdin: text
          success_codes: [0, 3]
          leftovers: leave
          args: {a: 1}
          comment: c
          timeout: 10s
          kill_after: 1m30s
          overlap: queue
          retry: {max_attempts: 3, initial_delay: 1s, max_delay: 1m, backoff_factor: 1.5, jitter: 0.5, on: [failed, timeout]}
          concurrency: {group: g, max: 2, wait: 1h}
          output: {head: 1, tail: 2}
          on_failure: {function: "app:swift", failures: 3, remind: 6h}
          on_short: {function: "app:swift", under: 1s}
          on_success: "app:swift"
          ping: {url: "https://hc-ping.com/u", function: "app:swift", events: [start, failure], every: 1m}
          on_recovery: "app:swift"
          on_late: {function: "app:swift", after: 1s}
          on_long: {function: "app:swift", after: 1s}
          user: root
          group: 0
          supplementary_groups: [root]
          umask: "027"
          nice: 5
          oom_score_adj: 10
          no_new_privileges: true
          limits: {address_space: 64MiB, cpu_time: 5s, open_files: 64, processes: 10, file_size: 10, core: 0, memory: 32MiB, swap: 0, cpu: 0.5}
          lifecycle: {stop_timeout: 5s, stable_threshold: 1s, auto_start: true,
                      restart: {max_attempts: 0, initial_delay: 1s, max_delay: 1m, backoff_factor: 2, jitter: 0}}
          modules: [a]
          x-free: 1
        - name: swift
          kind: function.swift
          meta: {type: [cron.job, other], interval: 1m, align: true}
          method: tick
          own: key
        - name: lua
          kind: function.lua
          meta: {type: cron.job, interval: 1h, at_start: false}
          method: tick
          source: file://a.lua
          modules: [time]
          imports: {lib: "app:library"}
        - name: wrapped
          kind: function.lua
          meta: {type: cron.job, schedule: "1 2 3 4 *"}
          timeout: 1s
          data: {method: tick, source: file://a.lua, kill_after: 2s}
        - {name: library, kind: library.lua, source: file://lib.lua}
        - {name: empty, kind: function.exec, meta: null}
        - {name: foreign, kind: other.kind, anything: {a: [1]}}
        - {name: seconds, kind: function.exec, meta: {type: cron.job, schedule: "1 2 3 4 5 *", seconds: first}, command: [a, 1],
           leftovers: {leave: 1h}}
        - {name: cron, kind: cron.crontab, source: file:///etc/cron.d, format: system, comment: c, x-free: 1}
        """

    private static let noCrontabs = CrontabFileSource(
        host: { CrontabHost(accounts: .rootOnly, zones: .utcOnly) { _, _ in false } }, refusesCron: false,
        read: { _, _ in .success(.init(files: [])) })

    private static let single = """
        namespace: app
        version: 2
        name: one
        kind: function.exec
        meta: {type: cron.job, interval: 1s}
        command: [a]
        """

    private func value(_ text: String) throws -> Value {
        let load = load(named: text)
        try #require(load.errors.isEmpty, "\(load.errors)")
        return try #require(load.fileValues.first)
    }

    /// What the reader says of it, as JSON, which is YAML too.
    private func refusals(_ file: Value) -> [String] {
        let load = load(named: JSONCoding.output(file)).readingCrontabs(from: Self.noCrontabs)
        let controllers = GroupControllers(Set(GroupController.allCases), reason: "")
        return (load.errors + JobEntries.definitions(in: load, zones: someZones, controllers: controllers).errors).map(
            \.message)
    }

    private func complaint(_ file: Value) -> String { SchemaValidator.shared?.complaint(about: file) ?? "" }

    @Test("takes what the reader takes, with every key")
    func whole() throws {
        for text in [Self.whole, Self.single] {
            let file = try value(text)
            #expect(refusals(file) == [])
            #expect(complaint(file) == "")
        }
    }

    /// What the reader takes is valid, and what it refuses with such a word is not. Returns whether that was so.
    private func isRefused(_ changed: Value, _ words: String, _ what: String) -> Bool {
        let (refusals, complaint) = (refusals(changed), complaint(changed))
        if refusals.isEmpty { #expect(complaint == "", "\(what)") }
        let isRefused = refusals.contains { $0.contains(words) }
        if isRefused { #expect(complaint != "", "\(what): \(refusals)") }
        return isRefused
    }

    @Test("refuses a key that the reader refuses, and no other, wherever it stands")
    func unknownKeys() throws {
        var refused = 0
        for text in [Self.whole, Self.single] {
            let file = try value(text)
            // What stands in that of the file is looked at in the entries.
            for path in Paths.maps(in: file) where path != ["meta"] {
                for key in ["zzz", "x-zzz", "tiemout", "aling"] {
                    let changed = Paths.changing(file, at: path) {
                        $0.map?[key] == nil ? $0.setting(key, .string("v")) : $0
                    }
                    if isRefused(changed, "unknown key", "\(path) \(key)") { refused += 1 }
                }
            }
        }
        #expect(refused > 50)
    }

    @Test("wants a key that the reader wants")
    func missingKeys() throws {
        var refused = 0
        for text in [Self.whole, Self.single] {
            let file = try value(text)
            for path in Paths.maps(in: file) {
                // Only the reader knows that it is imported.
                for key in Paths.value(of: file, at: path)?.map?.keys ?? [] where path != ["entries", "5"] {
                    let changed = Paths.changing(file, at: path) { $0.setting(key, nil) }
                    if isRefused(changed, "no '\(key)' in", "\(path) \(key)") { refused += 1 }
                }
            }
        }
        #expect(refused > 20)
    }

    @Test("refuses a word or a kind of value that the reader refuses, where it can know it")
    func values() throws {
        let file = try value(Self.whole)
        var refused = 0
        for path in Paths.all(in: file) where !path.isEmpty {
            for value in [Value.string("zzz"), .list([])] {
                let changed = Paths.changing(file, at: path) { _ in value }
                let complaint = complaint(changed)
                if refusals(changed).isEmpty {
                    #expect(complaint == "", "\(path) \(value)")
                } else if !complaint.isEmpty {
                    refused += 1
                }
            }
        }
        #expect(refused > 150)
    }

    @Test(
        "refuses what stands for no word of an enumeration",
        arguments: [
            ["1", "overlap"], ["1", "retry", "on", "0"], ["1", "leftovers"], ["8", "meta", "seconds"],
            ["1", "limits", "core"],
            ["1", "kind"], ["9", "format"],
        ])
    func enumerations(path: [String]) throws {
        let file = try value(Self.whole)
        let changed = Paths.changing(file, at: ["entries"] + path) { _ in .string("zzz") }
        #expect(complaint(changed) != "")
    }

    @Test("is printed as it is")
    func text() throws {
        #expect(try JSONCoding.value(from: Array(RegistrySchema.text.utf8)) == RegistrySchema.document)
        #expect(RegistrySchema.text.hasPrefix("{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"))
    }
}

/// Every place in a value.
private enum Paths {
    static func all(in value: Value) -> [[String]] {
        switch value {
        case .map(let map): [[]] + zip(map.keys, map.values).flatMap { key, value in all(in: value).map { [key] + $0 } }
        case .list(let list):
            [[]] + list.enumerated().flatMap { index, value in all(in: value).map { ["\(index)"] + $0 } }
        default: [[]]
        }
    }

    static func maps(in value: Value) -> [[String]] {
        all(in: value).filter { self.value(of: value, at: $0)?.map != nil }
    }

    static func value(of value: Value, at path: [String]) -> Value? {
        path.reduce(value) { value, step in
            value?.list.flatMap { list in Int(step).map { list[$0] } } ?? value?[step]
        }
    }

    static func changing(_ value: Value, at path: [String], _ body: (Value) -> Value) -> Value {
        guard let step = path.first else { return body(value) }
        let rest = Array(path.dropFirst())
        if var list = value.list, let index = Int(step) {
            list[index] = changing(list[index], at: rest, body)
            return .list(list)
        }
        return value.setting(step, changing(value[step] ?? .null, at: rest, body))
    }
}

extension Value {
    fileprivate func setting(_ key: String, _ value: Value?) -> Value {
        var map = self.map ?? Map()
        map[key] = value
        return .map(map)
    }
}
