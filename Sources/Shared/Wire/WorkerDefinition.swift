package import Values

/// All that a worker knows of its job.
package struct WorkerDefinition: Hashable, Sendable {
    package var header: DefinitionPart.Header
    package var meta: Value.Map
    package var data: Value.Map
    /// `ProcessSettings`, as they are sent.
    package var process: Value.Map
    /// `ZoneRules` as text, where the schedule goes by civil time; else empty. The daemon has read them: a file that is
    /// read twice may be two files.
    package var zone: String

    package init(
        header: DefinitionPart.Header, meta: Value.Map = .init(), data: Value.Map = .init(),
        process: Value.Map = .init(), zone: String = ""
    ) {
        (self.header, self.meta, self.data, self.process) = (header, meta, data, process)
        self.zone = zone
    }

    /// The longest key of a map, in bytes, that is sure to fit into a message.
    package static let longestKey = 512

    /// The messages that make it up, one after the other.
    package func encoded() -> [UInt8] {
        var bytes = DefinitionPart.header(header).encoded()
        Self.append(.map(meta), key: "meta", to: &bytes)
        Self.append(.map(data), key: "data", to: &bytes)
        if !process.isEmpty { Self.append(.map(process), key: "process", to: &bytes) }
        if !zone.isEmpty { Self.append(.string(zone), key: "zone", to: &bytes) }
        bytes += DefinitionPart.complete.encoded()
        return bytes
    }

    private static func append(_ value: Value, key: String?, to bytes: inout [UInt8]) {
        switch value {
        case .string(let string): append(string[...], key: key, to: &bytes)
        case .null, .bool, .int, .double: bytes += DefinitionPart.scalar(key: key, value).encoded()
        case .list(let list):
            bytes += DefinitionPart.beginList(key: key).encoded()
            for element in list { append(element, key: nil, to: &bytes) }
            bytes += DefinitionPart.end.encoded()
        case .map(let map):
            bytes += DefinitionPart.beginMap(key: key).encoded()
            for (key, value) in zip(map.keys, map.values) { append(value, key: key, to: &bytes) }
            bytes += DefinitionPart.end.encoded()
        }
    }

    private static func append(_ text: Substring, key: String?, to bytes: inout [UInt8]) {
        var rest = text
        // Four bytes for each of the text's is what escaping takes at the most.
        let piece = (WireFormat.longestMessage - longestKey * 4 - 64) / 4
        while rest.utf8.count > piece {
            // At a scalar's boundary, not a character's: a character may be of any length.
            var end = rest.utf8.index(rest.startIndex, offsetBy: piece)
            while rest.utf8[end] & 0xC0 == 0x80 { rest.utf8.formIndex(before: &end) }
            bytes += DefinitionPart.text(key: key, String(rest[..<end])).encoded()
            rest = rest[end...]
        }
        bytes += DefinitionPart.scalar(key: key, .string(String(rest))).encoded()
    }
}

/// Puts the messages of a definition together.
package struct DefinitionAssembler {
    private var header: DefinitionPart.Header?
    private var open: [Container] = []
    private var roots = Value.Map()
    private var pendingText = ""

    private enum Container {
        case map(key: String?, Value.Map)
        case list(key: String?, [Value])
    }

    package init() {}

    /// Returns the definition when `part` completes it.
    package mutating func add(_ part: DefinitionPart) throws(WireError) -> WorkerDefinition? {
        switch part {
        case .header(let header):
            self = DefinitionAssembler()
            self.header = header
        case .scalar(let key, .string(let text)):
            try insert(.string(pendingText + text), key)
            pendingText = ""
        case .scalar(let key, let value): try insert(value, key)
        case .text(_, let piece): pendingText += piece
        case .beginMap(let key): open.append(.map(key: key, .init()))
        case .beginList(let key): open.append(.list(key: key, []))
        case .end:
            switch open.popLast() {
            case .map(let key, let map): try insert(.map(map), key)
            case .list(let key, let list): try insert(.list(list), key)
            case nil: throw .syntax("the definition closes a list or map that it did not open")
            }
        case .complete: return try complete()
        }
        return nil
    }

    private mutating func insert(_ value: Value, _ key: String?) throws(WireError) {
        switch (open.popLast(), key) {
        case (.map(let mapKey, var map), let key?):
            map[key] = value
            open.append(.map(key: mapKey, map))
        case (.list(let listKey, var list), nil):
            list.append(value)
            open.append(.list(key: listKey, list))
        case (nil, let key?): roots[key] = value
        case (.map, nil), (nil, nil): throw .missingField("key", verb: "definition")
        case (.list, .some): throw .syntax("a list's element has a key")
        }
    }

    private func complete() throws(WireError) -> WorkerDefinition {
        guard let header else { throw .syntax("the definition is complete without its first message") }
        guard open.isEmpty else { throw .syntax("the definition is complete with a list or map still open") }
        return WorkerDefinition(
            header: header, meta: roots["meta"]?.map ?? .init(), data: roots["data"]?.map ?? .init(),
            process: roots["process"]?.map ?? .init(), zone: roots["zone"]?.string ?? "")
    }
}
