import TestSupport

/// Damages a valid text the way editors, disks and attackers do.
struct Mutator {
    var random: SeededGenerator

    static let seeds: [[UInt8]] = [
        """
        version: "1.0"
        namespace: app
        entries:
        - name: job.a
          kind: function.swift
          method: tick
          meta: {type: cron.job, interval: 1m30s, tags: [a, "b\\u00e9"]}
          lifecycle:
            stop_timeout: 5s
            restart: {initial_delay: 1s, max_delay: 10s, backoff_factor: 1.5, jitter: 0.1, max_attempts: 3}
        - &base {name: base, kind: other, data: &d [1, 0x1F, .inf, ~, 'it''s', !!str 5]}
        - <<: *base
          name: "derived"
          text: |
            several
              lines
          folded: >-
            é日本 😀
          again: *d
        """,
        "namespace: a\r\nentries: [{name: x, kind: k, meta: {type: cron.job}}, {name: y, kind: k, ? z : w}]\r\n",
        "%YAML 1.2\n--- # c\n{\"namespace\": \"n\", \"entries\": [{\"name\": \"j\", \"kind\": \"k\"}]}\n...\n",
        "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nnamespace: b\nentries: [{name: c, kind: c, v: [*b, *b, *b]}]",
    ].map { Array($0.utf8) }

    private static let fragments = [
        "[", "{", "- ", "? ", ": ", "&a ", "*a", "*b", "<<: ", "!!int ", "!x ", "|\n", ">-\n", "'", "\"", "\\", "#",
        "---\n",
        "...\n", "%TAG ! !\n", "\t", "\r", "\r\n", "\n", "\0", "\u{FEFF}", "\u{85}", "\u{2028}", "\u{202E}", "日", "é",
        "😀",
        "99999999999999999999", "1e999", "cron.job", "interval: ", "lifecycle: ", "namespace: ", "entries: ", "{}",
        "[]",
    ].map { Array($0.utf8) }

    mutating func text() -> [UInt8] {
        var bytes = random.pick(Self.seeds)
        if random.chance(8) { bytes = aliasBomb() }
        for _ in 0..<1 + random.below(4) { mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = random.below(bytes.count + 1)
        switch random.below(7) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < bytes.count: bytes[place] = UInt8(random.below(256))
        case 2: bytes.removeSubrange(place...)
        case 3: bytes.insert(contentsOf: slice(of: random.pick(Self.seeds)), at: place)
        case 4: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
        case 5:
            let fragment = random.pick(Self.fragments)
            for _ in 0..<1 + random.below(200) { bytes.insert(contentsOf: fragment, at: place) }
        default: bytes.insert(contentsOf: random.pick(Self.fragments), at: place)
        }
    }

    private mutating func slice(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        let start = random.below(bytes.count)
        return bytes[start..<min(bytes.count, start + random.below(80))]
    }

    private mutating func aliasBomb() -> [UInt8] {
        var text = "namespace: a\nentries:\n- name: a\n  kind: a\n  a0: &a0 [x, x]\n"
        for level in 1...1 + random.below(12) {
            let items = Array(repeating: "*a\(level - 1)", count: 1 + random.below(9)).joined(separator: ", ")
            text += "  a\(level): &a\(level) [\(items)]\n"
        }
        return Array(text.utf8)
    }
}
