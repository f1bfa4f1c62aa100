import Clocks
import Kernel
import Logging
import Values
import Wire

extension IncidentLog {
    /// One that an earlier daemon was told of.
    func paused(_ pause: JobPause) { log.write(.notice, "Pause in force", pause.fields) }

    /// `jobs`: how many it was for.
    func pauseOver(_ pause: JobPause, jobs: Int) {
        var fields = pause.scope.fields
        fields.add("count", .number(jobs))
        fields.add("until", pause.until.map { .moment($0) })
        log.write(.notice, "Pause over", fields)
    }

    func pausesNotKept(_ error: SystemError) {
        log.write(
            .warning, "Pauses not kept",
            [
                "error": "\(error)",
                "text": "they are in force until this cronsupd ends, and the next one may know others",
            ])
    }
}

extension JobPause {
    var fields: LogFields {
        var fields = scope.fields
        fields.add("uid", .number(user))
        addDetails(to: &fields)
        return fields
    }

    /// Of a pause that takes its place.
    func addAsReplaced(to fields: inout LogFields) {
        fields.add("replaced_uid", .number(user))
        fields.add("replaced_until", until.map { .moment($0) })
        fields.add("replaced_note", note.isEmpty ? nil : .text(note))
    }

    func addDetails(to fields: inout LogFields) {
        fields.add("until", until.map { .moment($0) })
        fields.add("note", note.isEmpty ? nil : .text(note))
    }
}

extension PauseScope {
    var fields: LogFields {
        switch self {
        case .all: ["scope": "all"]
        case .group(let name): ["group": .text(name)]
        case .job(let id): ["entry": .text(id.description)]
        }
    }
}
