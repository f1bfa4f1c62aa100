package import Values

/// What a pause holds for; also jobs that come later.
package enum PauseScope: Hashable, Sendable {
    case all
    case group(String)
    case job(EntryID)

    /// In bytes.
    package static let longestGroup = 128
    package static let longestNote = 200

    /// Whether it holds for the job. `group`: the job's.
    package func covers(_ job: EntryID, group: String?) -> Bool {
        switch self {
        case .all: true
        case .group(let name): name == group
        case .job(let id): id == job
        }
    }

    /// For people, as a pause of it is asked for.
    package var text: String {
        switch self {
        case .all: "--all"
        case .group(let name): "--group \(name)"
        case .job(let id): id.description
        }
    }

    /// Reads and writes it as one of three fields.
    package static func fields(_ row: inout MessageCoder, _ scope: inout PauseScope) {
        let written = scope.parts
        let entry = row.string("entry", written.entry, isRequired: false)
        let group = row.string("group", written.group, isRequired: false)
        let all = row.string("all", written.isAll ? "true" : nil, isRequired: false)
        switch (entry, group, all) {
        case (let entry?, nil, nil):
            if let id = EntryID(entry) { scope = .job(id) } else { row.fail("entry", expected: "namespace:name") }
        case (nil, let group?, nil):
            scope = .group(group)
            if group.isEmpty || group.utf8.count > longestGroup {
                row.fail("group", expected: "a name of at most \(longestGroup) bytes")
            }
        case (nil, nil, "true"): scope = .all
        // Also where nothing is read.
        default: row.fail("entry", expected: "one of entry, group and all")
        }
    }

    private var parts: (entry: String?, group: String?, isAll: Bool) {
        switch self {
        case .all: (nil, nil, true)
        case .group(let name): (nil, name, false)
        case .job(let id): (id.description, nil, false)
        }
    }
}
