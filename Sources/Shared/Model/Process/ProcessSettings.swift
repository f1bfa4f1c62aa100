import Clocks
package import Values

/// What a worker's process is to be like: the entry's `user`, `group`, `umask`, `nice`, `limits` and so on, with numbers for
/// names. Its worker puts it into effect after its exec, all of it or nothing.
package struct ProcessSettings: Hashable, Sendable {
    /// Whose rights it has; `nil`: those of the daemon.
    package var identity: Identity?
    package var umask: UInt32?
    package var nice: Int?
    package var oomScoreAdjustment: Int?
    /// No program that it starts gets further rights, such as by a set-user-ID bit (prctl(2), PR_SET_NO_NEW_PRIVS).
    package var hasNoNewPrivileges = false
    package var limits: [Limit] = []
    package var environment = Environment()
    /// Where it begins: a path, from the daemon's directory if it is relative; `nil`: there.
    package var workingDirectory: String?
    /// It begins in `/` if that one cannot be entered.
    package var isDirectoryOptional = false

    package init() {}

    package var isEmpty: Bool { self == ProcessSettings() }

    package struct Identity: Hashable, Sendable {
        package var user: UInt32
        package var group: UInt32
        package var supplementaryGroups: [UInt32]
        /// What a login would set: HOME, LOGNAME, SHELL, USER. Empty where only the group is another.
        package var environment: [ExecCommand.Variable]

        package init(
            user: UInt32, group: UInt32, supplementaryGroups: [UInt32], environment: [ExecCommand.Variable] = []
        ) {
            (self.user, self.group, self.supplementaryGroups) = (user, group, supplementaryGroups)
            self.environment = environment
        }
    }

    /// A limit of setrlimit(2), both soft and hard.
    package struct Limit: Hashable, Sendable {
        package enum Resource: String, Hashable, Sendable, CaseIterable {
            /// In bytes (RLIMIT_AS).
            case addressSpace = "address_space"
            /// In seconds (RLIMIT_CPU).
            case cpuTime = "cpu_time"
            case openFiles = "open_files"
            /// Of its user (RLIMIT_NPROC).
            case processes
            /// In bytes (RLIMIT_FSIZE).
            case fileSize = "file_size"
            /// In bytes (RLIMIT_CORE).
            case core
        }

        package var resource: Resource
        package var value: UInt64

        package init(_ resource: Resource, _ value: UInt64) { (self.resource, self.value) = (resource, value) }

        /// What a run's error says that has used up so many seconds.
        package static func endOfTime(_ seconds: UInt64) -> String {
            "used its processor time of \(DurationText.format(.seconds(Int64(seconds))))"
        }
    }
}

// MARK: - On the wire

extension ProcessSettings {
    /// As a worker gets it in its definition.
    package var map: Value.Map {
        var map = Value.Map()
        if let identity {
            map["user"] = .int(Int64(identity.user))
            map["group"] = .int(Int64(identity.group))
            map["groups"] = .list(identity.supplementaryGroups.map { .int(Int64($0)) })
            map["environment"] = .map(Value.Map(identity.environment.map { ($0.name, .string($0.value ?? "")) }))
        }
        map["umask"] = umask.map { .int(Int64($0)) }
        map["nice"] = nice.map { .int(Int64($0)) }
        map["oom_score_adj"] = oomScoreAdjustment.map { .int(Int64($0)) }
        if hasNoNewPrivileges { map["no_new_privileges"] = .bool(true) }
        if !limits.isEmpty {
            map["limits"] = .map(Value.Map(limits.map { ($0.resource.rawValue, .int(Int64(bitPattern: $0.value))) }))
        }
        environment.write(to: &map)
        map["working_directory"] = workingDirectory.map { .string($0) }
        if isDirectoryOptional { map["working_directory_optional"] = .bool(true) }
        return map
    }

    /// `nil`: the map was not made by `map`. To go on without it would be to run with other rights.
    package init?(_ map: Value.Map) {
        self.init()
        if let user: UInt32 = map["user"]?.whole() {
            identity = Identity(
                user: user, group: map["group"]?.whole() ?? 0,
                supplementaryGroups: map["groups"]?.list?.compactMap { $0.whole() } ?? [],
                environment: Environment.variables(map["environment"]))
        }
        umask = map["umask"]?.whole()
        nice = map["nice"]?.whole()
        oomScoreAdjustment = map["oom_score_adj"]?.whole()
        hasNoNewPrivileges = map["no_new_privileges"]?.bool ?? false
        let pairs = map["limits"]?.map ?? .init()
        for index in 0..<pairs.count {
            guard let resource = Limit.Resource(rawValue: pairs.keys[index]), let value = pairs.values[index].int
            else { return nil }
            limits.append(Limit(resource, UInt64(bitPattern: value)))
        }
        environment = Environment(map)
        workingDirectory = map["working_directory"]?.string
        isDirectoryOptional = map["working_directory_optional"]?.bool ?? false
        // What was not understood is not in it any more.
        guard self.map == map else { return nil }
    }
}

extension Value {
    fileprivate func whole<Number: FixedWidthInteger>() -> Number? { int.flatMap { Number(exactly: $0) } }
}
