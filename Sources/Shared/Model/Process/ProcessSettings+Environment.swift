import Values

extension ProcessSettings {
    /// What the process's environment is made of, in addition to what a login sets.
    package struct Environment: Hashable, Sendable {
        /// Whether it begins with that of the daemon. If not: with `PATH`, and what cronsupd tells its workers.
        package var isInherited = true
        /// Variables that are set or removed after that. No name occurs twice.
        package var variables: [ExecCommand.Variable] = []

        package init() {}

        /// What `PATH` is then, unless the entry sets it.
        package static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    }
}

// MARK: - On the wire

extension ProcessSettings.Environment {
    func write(to map: inout Value.Map) {
        if !isInherited { map["environment_inherit"] = .bool(false) }
        guard !variables.isEmpty else { return }
        map["variables"] = .map(
            Value.Map(
                uniqueKeys: variables.map(\.name), values: variables.map { $0.value.map { .string($0) } ?? .null }))
    }

    /// What `write` has not written is found by writing it again.
    init(_ map: Value.Map) {
        isInherited = map["environment_inherit"]?.bool ?? true
        variables = Self.variables(map["variables"])
    }

    static func variables(_ value: Value?) -> [ExecCommand.Variable] {
        let pairs = value?.map ?? .init()
        return (0..<pairs.count).map { ExecCommand.Variable(pairs.keys[$0], pairs.values[$0].string) }
    }
}
