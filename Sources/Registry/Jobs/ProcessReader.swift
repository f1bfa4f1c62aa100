import Clocks
import Model
import Values

/// Reads the keys of a job entry that say what its process is like. All of them take effect or none: a job never runs
/// with other rights or bounds than its entry says.
struct ProcessReader {
    static let keys = [
        "group", "limits", "nice", "no_new_privileges", "oom_score_adj", "supplementary_groups", "umask", "user",
    ]

    private let data: Value.Map
    private let accounts: AccountSource
    private var issues: EntryDiagnostics

    static func read(_ entry: Entry, _ accounts: AccountSource, _ issues: inout EntryDiagnostics) -> ProcessSettings {
        var reader = ProcessReader(data: entry.data, accounts: accounts, issues: issues)
        let settings = reader.settings()
        issues = reader.issues
        return settings
    }

    private mutating func settings() -> ProcessSettings {
        var settings = ProcessSettings()
        settings.identity = identity()
        settings.umask = mask()
        settings.nice = integer("nice", -20...19).map { Int($0) }
        settings.oomScoreAdjustment = integer("oom_score_adj", -1_000...1_000).map { Int($0) }
        settings.hasNoNewPrivileges = flag("no_new_privileges") ?? (settings.identity != nil)
        settings.limits = limits()
        return settings
    }

    // MARK: Rights

    private mutating func identity() -> ProcessSettings.Identity? {
        guard data["user"] != nil || data["group"] != nil || data["supplementary_groups"] != nil else { return nil }
        let (user, group, groups) = (user(), group(), supplementaryGroups())
        guard issues.errors.isEmpty else { return nil }
        guard let user else { return ofDaemon(group, groups) }
        var identity = ProcessSettings.Identity(
            user: user.number, group: group ?? user.group, supplementaryGroups: groups ?? user.groups)
        identity.environment = [
            .init("HOME", user.home), .init("LOGNAME", user.name), .init("SHELL", user.shell),
            .init("USER", user.name),
        ]
        return permitted(identity, user)
    }

    /// With another group than its user's, or other groups.
    private mutating func ofDaemon(_ group: UInt32?, _ groups: [UInt32]?) -> ProcessSettings.Identity? {
        guard let user = accounts.user(String(accounts.current)) else {
            let key = data["group"] == nil ? "supplementary_groups" : "group"
            issues.error(
                "\(key): the user that runs cronsupd is not known on this machine; expected user with it", at: [key])
            return nil
        }
        let identity = ProcessSettings.Identity(
            user: user.number, group: group ?? user.group, supplementaryGroups: groups ?? user.groups)
        return permitted(identity, user)
    }

    /// Only root may become somebody else.
    private mutating func permitted(
        _ identity: ProcessSettings.Identity, _ user: AccountSource.User
    ) -> ProcessSettings.Identity? {
        guard accounts.current != 0 else { return identity }
        let isSame = identity.user == accounts.current && identity.group == user.group
        if isSame, data["supplementary_groups"] == nil { return nil }
        let key = ["user", "group", "supplementary_groups"].first { data[$0] != nil } ?? "user"
        issues.error(
            "\(key): cronsupd does not run as root, and cannot run a job with other rights than its own", at: [key])
        return nil
    }

    private mutating func user() -> AccountSource.User? {
        guard let value = data["user"] else { return nil }
        guard let key = Self.key(value) else {
            issues.error("user: expected a user's name or number, found \(value.phrase)", at: ["user"])
            return nil
        }
        if let user = accounts.user(key) { return user }
        issues.error("user: no user \(PrintableText.quote(key)) on this machine", at: ["user"])
        return nil
    }

    private mutating func group() -> UInt32? { data["group"].flatMap { group($0, at: ["group"]) } }

    private mutating func supplementaryGroups() -> [UInt32]? {
        guard let value = data["supplementary_groups"] else { return nil }
        guard let list = value.list else {
            issues.error(
                "supplementary_groups: expected a list of groups, found \(value.phrase)", at: ["supplementary_groups"])
            return nil
        }
        var groups: [UInt32] = []
        for (index, value) in list.enumerated() {
            if let group = group(value, at: ["supplementary_groups", "\(index)"]) { groups.append(group) }
        }
        return groups
    }

    private mutating func group(_ value: Value, at path: [String]) -> UInt32? {
        let name = path.joined(separator: ".")
        guard let key = Self.key(value) else {
            issues.error("\(name): expected a group's name or number, found \(value.phrase)", at: path)
            return nil
        }
        if let group = accounts.group(key) { return group }
        issues.error("\(name): no group \(PrintableText.quote(key)) on this machine", at: path)
        return nil
    }

    private static func key(_ value: Value) -> String? {
        switch value {
        case .string(let name) where !name.isEmpty && !name.utf8.contains(0): name
        case .int(let number) where UInt32(exactly: number) != nil: String(number)
        default: nil
        }
    }

    // MARK: Numbers

    private mutating func flag(_ key: String) -> Bool? {
        guard let value = data[key] else { return nil }
        if let flag = value.bool { return flag }
        issues.error("\(key): expected true or false, found \(value.phrase)", at: [key])
        return nil
    }

    private mutating func integer(_ key: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard let value = data[key] else { return nil }
        if let number = value.int, range.contains(number) { return number }
        issues.error(
            "\(key): expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(value.phrase)",
            at: [key])
        return nil
    }

    /// A text of octal digits, as everywhere. A number would be decimal, which nobody means.
    private mutating func mask() -> UInt32? {
        guard let value = data["umask"] else { return nil }
        if let text = value.string, text.utf8.count <= 4, let mask = UInt32(text, radix: 8), mask <= 0o777 {
            return mask
        }
        issues.error("umask: expected octal digits in quotes such as \"027\", found \(value.phrase)", at: ["umask"])
        return nil
    }

    // MARK: Limits

    private mutating func limits() -> [ProcessSettings.Limit] {
        guard let value = data["limits"] else { return [] }
        guard let map = value.map else {
            issues.error("limits: expected a map, found \(value.phrase)", at: ["limits"])
            return []
        }
        let known = ProcessSettings.Limit.Resource.allCases.map(\.rawValue) + [GroupLimitsReader.processors]
        return zip(map.keys, map.values).compactMap { key, value in
            // No limit of a process: it is read with those of its group.
            if key == GroupLimitsReader.processors { return nil }
            guard let resource = ProcessSettings.Limit.Resource(rawValue: key) else {
                issues.error("limits: unknown key \(KnownKeys.complaint(about: key, known))", atKey: ["limits", key])
                return nil
            }
            return limit(resource, value).map { ProcessSettings.Limit(resource, $0) }
        }
    }

    private mutating func limit(_ resource: ProcessSettings.Limit.Resource, _ value: Value) -> UInt64? {
        let path = ["limits", resource.rawValue]
        switch resource {
        case .cpuTime:
            let time = issues.duration(value, at: path, minimum: .seconds(1))
            // The kernel counts whole seconds (getrlimit(2)).
            return time.map { UInt64(($0.count + 999_999_999) / 1_000_000_000) }
        case .openFiles, .processes:
            // A worker has seven of its own.
            let least: Int64 = resource == .openFiles ? 16 : 1
            if let number = value.int, number >= least, number <= 1 << 30 { return UInt64(number) }
            return refuse(path, "a whole number from \(least) to \(1 << 30)", value)
        case .memory, .fileSize, .core:
            let size = value.int.map { UInt64(exactly: $0) } ?? value.string.flatMap { SizeText.parse($0) }
            guard let size, resource != .memory || size >= 16 << 20 else {
                let bound = resource == .memory ? " of at least 16MiB" : ""
                return refuse(path, SizeText.forms + bound, value)
            }
            return size
        }
    }

    private mutating func refuse(_ path: [String], _ expectation: String, _ value: Value) -> UInt64? {
        issues.error("\(path.joined(separator: ".")): expected \(expectation), found \(value.phrase)", at: path)
        return nil
    }
}
