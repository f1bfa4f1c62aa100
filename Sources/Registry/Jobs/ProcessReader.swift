import Clocks
import Model
import Values

/// Reads the keys of a job entry that say what its process is like. All of them take effect or none: a job never runs
/// with other rights or bounds than its entry says.
struct ProcessReader {
    static let keys = [
        "group", "limits", "nice", "no_new_privileges", "oom_score_adj", "supplementary_groups", "umask", "user",
    ]

    static let niceRange = -20...19
    static let scoreRange = -1_000...1_000
    static let mostCounted = 1 << 30

    let data: EntryField
    let accounts: AccountSource

    func settings() -> ProcessSettings {
        var settings = ProcessSettings()
        settings.identity = identity()
        settings.umask = mask()
        settings.nice = data["nice"]?.integer(Self.niceRange)
        settings.oomScoreAdjustment = data["oom_score_adj"]?.integer(Self.scoreRange)
        settings.hasNoNewPrivileges = data["no_new_privileges"]?.flag() ?? (settings.identity != nil)
        settings.limits = limits()
        return settings
    }

    // MARK: Rights

    private func identity() -> ProcessSettings.Identity? {
        guard data["user"] != nil || data["group"] != nil || data["supplementary_groups"] != nil else { return nil }
        let (user, group, groups) = (user(), data["group"].flatMap(group), supplementaryGroups())
        guard data.issues.faultCount == 0 else { return nil }
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
    private func ofDaemon(_ group: UInt32?, _ groups: [UInt32]?) -> ProcessSettings.Identity? {
        guard let user = accounts.user(String(accounts.current)) else {
            (data["group"] ?? data["supplementary_groups"])?.error(
                "the user that runs cronsupd is not known on this machine; expected user with it")
            return nil
        }
        let identity = ProcessSettings.Identity(
            user: user.number, group: group ?? user.group, supplementaryGroups: groups ?? user.groups)
        return permitted(identity, user)
    }

    /// Only root may become somebody else.
    private func permitted(
        _ identity: ProcessSettings.Identity, _ user: AccountSource.User
    ) -> ProcessSettings.Identity? {
        guard accounts.current != 0 else { return identity }
        let isSame = identity.user == accounts.current && identity.group == user.group
        if isSame, data["supplementary_groups"] == nil { return nil }
        (data["user"] ?? data["group"] ?? data["supplementary_groups"])?.error(
            "cronsupd does not run as root, and cannot run a job with other rights than its own")
        return nil
    }

    private func user() -> AccountSource.User? {
        guard let field = data["user"] else { return nil }
        guard let key = Self.key(field.value) else { return field.expected("a user's name or number") }
        if let user = accounts.user(key) { return user }
        field.error("no user \(PrintableText.quote(key)) on this machine")
        return nil
    }

    private func supplementaryGroups() -> [UInt32]? {
        data["supplementary_groups"].flatMap { field in
            field.items.map { $0.compactMap(group) } ?? field.expected("a list of groups")
        }
    }

    private func group(_ field: EntryField) -> UInt32? {
        guard let key = Self.key(field.value) else { return field.expected("a group's name or number") }
        if let group = accounts.group(key) { return group }
        field.error("no group \(PrintableText.quote(key)) on this machine")
        return nil
    }

    private static func key(_ value: Value) -> String? {
        switch value {
        case .string(let name) where !name.isEmpty && !name.utf8.contains(0): name
        case .int(let number) where UInt32(exactly: number) != nil: String(number)
        default: nil
        }
    }

    /// A text of octal digits, as everywhere. A number would be decimal, which nobody means.
    private func mask() -> UInt32? {
        guard let field = data["umask"] else { return nil }
        if let text = field.value.string, text.utf8.count <= 4, let mask = UInt32(text, radix: 8), mask <= 0o777 {
            return mask
        }
        return field.expected("octal digits in quotes such as \"027\"")
    }

    // MARK: Limits

    private func limits() -> [ProcessSettings.Limit] {
        guard let field = data["limits"] else { return [] }
        guard let map = field.value.map else { return field.expected("a map") ?? [] }
        let known = ProcessSettings.Limit.Resource.allCases.map(\.rawValue) + GroupLimitsReader.keys
        return map.keys.compactMap { key in
            // No limit of a process: it is read with those of its group.
            if GroupLimitsReader.keys.contains(key) { return nil }
            guard let resource = ProcessSettings.Limit.Resource(rawValue: key) else {
                field.unknownKey(key, known)
                return nil
            }
            return field[key].flatMap { limit(resource, $0) }.map { ProcessSettings.Limit(resource, $0) }
        }
    }

    private func limit(_ resource: ProcessSettings.Limit.Resource, _ field: EntryField) -> UInt64? {
        switch resource {
        case .cpuTime:
            // The kernel counts whole seconds (getrlimit(2)).
            field.duration(minimum: .seconds(1)).map { UInt64(($0.count + 999_999_999) / 1_000_000_000) }
        // A worker has seven of its own.
        case .openFiles: Self.count(field, from: 16)
        case .processes: Self.count(field, from: 1)
        case .addressSpace: Self.memory(field)
        case .fileSize, .core: field.size ?? field.expected(SizeText.forms)
        }
    }

    private static func count(_ field: EntryField, from least: Int64) -> UInt64? {
        if let number = field.value.int, number >= least, number <= Int64(mostCounted) { return UInt64(number) }
        return field.expected("a whole number from \(least) to \(mostCounted)")
    }

    /// A worker needs some.
    static func memory(_ field: EntryField) -> UInt64? {
        if let size = field.size, size >= 16 << 20 { return size }
        return field.expected(SizeText.forms + " of at least 16MiB")
    }
}
