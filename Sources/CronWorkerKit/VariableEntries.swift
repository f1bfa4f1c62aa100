import Kernel
import Values

/// The `env.variable` entries of the registry: what variables are that the environment does not have.
struct VariableEntries {
    private let registry: RegistryMap

    private static let kind = "env.variable"
    private static let staticStorage = "env.storage.static"

    init(_ registry: RegistryMap) { self.registry = registry }

    /// `name`: of the variable, or an entry's ID. Of several entries of one variable the first that has a value counts.
    func value(of name: String) throws -> String? {
        if name.utf8.contains(UInt8(ascii: ":")) {
            guard let entry = try registry.get(name), entry["kind"]?.string == Self.kind else { return nil }
            return try value(of: entry)
        }
        for entry in try entries where entry["data"]?["variable"]?.string == name {
            if let value = try value(of: entry) { return value }
        }
        return nil
    }

    /// By the names of the variables.
    func all() throws -> Value.Map {
        var all = Value.Map()
        for entry in try entries {
            guard let name = entry["data"]?["variable"]?.string, all[name] == nil else { continue }
            all[name] = try value(of: entry).map { .string($0) }
        }
        return all
    }

    private var entries: [Value] {
        get throws { try registry.find(Value.Map([(".kind", .string(Self.kind))])) }
    }

    private func value(of entry: Value) throws -> String? {
        let data = entry["data"]
        if let name = data?["variable"]?.string {
            if let value = ThisProcess.environment(name) { return value }
            if let value = try stored(name, in: data?["storage"]?.string) { return value }
        }
        return text(data?["default"])
    }

    private func stored(_ name: String, in storage: String?) throws -> String? {
        guard let storage, let entry = try registry.get(storage), entry["kind"]?.string == Self.staticStorage else {
            return nil
        }
        return text(entry["data"]?["values"]?[name])
    }

    private func text(_ value: Value?) -> String? { value == .null ? nil : value?.scalarText }
}
