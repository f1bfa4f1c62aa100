import Registry
import Schedules
import Testing
import Values

/// Knows two zones that are never ahead of each other, and where it is.
let someZones = ZoneSource { name in
    switch name {
    case nil: .success((ZoneName(name: "Test/Local", file: "/zones/local"), .utc))
    case "Europe/Riga": .success((ZoneName(name: "Europe/Riga", file: "/zones/riga"), .utc))
    case "Broken/Zone": .failure(.init("is damaged: it has no type of local time"))
    default: .failure(.init("is no time zone of this machine; did you mean 'Europe/Riga'?"))
    }
}

let noZone = ZoneSource { _ in .failure(.init("is not known")) }

/// A registry whose only entry is a job. `meta` is in block form; it begins in line 8 and column 5.
func registry(_ meta: String, id: String = "job.one") -> String {
    """
    namespace: app
    entries:
    - name: \(id)
      kind: function.swift
      method: tick
      meta:
        type: cron.job

    """ + meta.split(separator: "\n").map { "    \($0)\n" }.joined()
}

func diagnostics(_ meta: String, _ zones: ZoneSource = someZones) throws -> [Diagnostic] {
    let load = load(registry(meta))
    try #require(load.errors.isEmpty, "\(load.errors)")
    return JobEntries.definitions(in: load, zones: zones).errors
}

/// Line, column and message of each error.
func complaints(_ meta: String, _ zones: ZoneSource = someZones) throws -> [String] {
    try diagnostics(meta, zones).map { "\($0.location.line):\($0.location.column): \($0.message)" }
}
