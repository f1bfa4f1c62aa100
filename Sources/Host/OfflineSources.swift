import Crontabs
package import Model
package import Registry
package import Schedules

// What a registry is held against where this machine is not the one that it is for: everything that a machine may have, so that
// the answer is the same everywhere.

extension AccountSource {
    /// Every name is a user's and a group's, and root asks.
    package static var offline: AccountSource {
        AccountSource(
            current: 0,
            user: { key in
                let number = number(key)
                return User(name: key, number: number, group: number, groups: [number], home: "/", shell: "/bin/sh")
            }, group: { number($0) })
    }

    @Sendable
    private static func number(_ key: Key) -> UInt32 { UInt32(key) ?? 65_534 }
}

extension ZoneSource {
    /// Everything is a zone that looks like the name of one, and none has rules.
    package static var offline: ZoneSource {
        ZoneSource { name in
            let name = name ?? "UTC"
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.allSatisfy(isPart) else {
                return .failure(Failure("is no name of a time zone; expected one such as Europe/Riga"))
            }
            return .success((ZoneName(name: name, file: ""), .utc))
        }
    }

    private static func isPart(_ part: Substring) -> Bool {
        guard let first = part.unicodeScalars.first, first.properties.isUppercase, first.isASCII else { return false }
        return part.utf8.allSatisfy { byte in
            byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
        }
    }
}

extension GroupControllers {
    package static var all: GroupControllers { GroupControllers(Set(GroupController.allCases), reason: "") }
}

extension EnvironmentFileSource {
    /// Reads what is part of the registry; a file elsewhere is there and empty.
    package func below(_ place: RegistryPlace) -> EnvironmentFileSource {
        EnvironmentFileSource { path in place.has(path) ? contents(of: path) : .bytes([]) }
    }
}

extension CrontabFileSource {
    /// Reads what is part of the registry, and asks no machine; a crontab elsewhere is there and empty.
    package func below(_ place: RegistryPlace) -> CrontabFileSource {
        CrontabFileSource(
            host: { CrontabHost(accounts: .offline, zones: .offline) { _, _ in true } }, refusesCron: false,
            read: { [read] request, host in
                guard place.has(request.path) else { return .success(Reading(files: [])) }
                return read(request, host).map { Reading(files: $0.files, notes: $0.notes) }
            })
    }
}

/// The directory of a registry, with all below it.
package struct RegistryPlace: Sendable {
    private let prefix: String

    /// `isDirectory`: or else the path of a file.
    package init(_ path: String, isDirectory: Bool) {
        let directory = isDirectory ? path : RegistryPath.directory(of: path)
        prefix = directory == "." || directory.isEmpty ? "" : directory.hasSuffix("/") ? directory : directory + "/"
    }

    package func has(_ path: String) -> Bool {
        path.hasPrefix(prefix) && !path.split(separator: "/").contains("..")
            && (!prefix.isEmpty || !path.hasPrefix("/"))
    }
}
