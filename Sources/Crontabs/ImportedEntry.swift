import Model
package import Values

/// A line of a crontab on its way to become an entry.
package struct ImportedEntry: Hashable, Sendable {
    /// Where it stood: `/etc/crontab:17`.
    package let place: SourceLocation
    /// Empty until all lines are known.
    package internal(set) var name = ""
    /// What its name is made of.
    var base: String
    var command: CrontabCommand
    var shell: String
    /// `nil`: the user that runs the daemon.
    var user: String?
    var surroundings: Surroundings
    var schedule: String
    /// `nil`: that of the daemon.
    var zone: String?
    /// The lines above it.
    var comment: [String]

    /// What cron gives to a command.
    struct Surroundings: Hashable, Sendable {
        var home: String?
        var files: [String]
        var variables: [ExecCommand.Variable]
    }

    package var origin: String { "\(place.file):\(place.line)" }
    package var hasOwner: Bool { user != nil }
    package var home: String? { surroundings.home }

    /// What tells it from the other lines of the same `base`.
    var key: String { [schedule, user ?? "", command.command, command.standardInput ?? ""].joined(separator: "\0") }
}

extension ImportedEntry {
    package static var kind: String { FunctionKind.exec.rawValue }

    /// All keys of the entry but `name`, `kind` and `meta`.
    package var data: Value.Map {
        var data = Value.Map([("command", .string(command.command)), ("shell", .string(shell))])
        addRights(to: &data)
        if let home = surroundings.home {
            data["working_directory"] = .string(home.hasPrefix("/") && home != "/" ? "-\(home)" : "/")
        }
        data["environment_inherit"] = .bool(false)
        if !surroundings.files.isEmpty {
            data["environment_file"] = .list(surroundings.files.map { .string($0) })
        }
        data["environment"] = .map(Value.Map(surroundings.variables.map { ($0.name, .string($0.value ?? "")) }))
        // As logrotate's jobs, which restart daemons.
        data["leftovers"] = .string("leave")
        data["stdin"] = command.standardInput.map { .string($0) }
        return data
    }

    /// `user:group` is what some crons take. Programs such as sudo work under cron, and are to work here.
    private func addRights(to data: inout Value.Map) {
        guard let parts = user?.split(separator: ":", maxSplits: 1) else { return }
        data["user"] = .string(String(parts.first ?? ""))
        if parts.count > 1 { data["group"] = .string(String(parts[1])) }
        data["no_new_privileges"] = .bool(false)
    }

    package var meta: Value.Map {
        var meta = Value.Map([("type", .string("cron.job")), ("schedule", .string(schedule))])
        meta["timezone"] = zone.map { .string($0) }
        if !comment.isEmpty { meta["comment"] = .string(comment.joined(separator: "\n")) }
        return meta
    }
}
