package import Schedules
import Values

/// Answers lines `EXPR<TAB>ZONE<TAB>FROM<TAB>COUNT`, each with one line of JSON. The last three may be empty or missing.
package struct SlotLines {
    private let defaults: SlotDefaults
    private let zones: ZoneSource
    // Most lines ask for what the lines before them asked for.
    private var schedules = BoundedCache<WrittenSchedule>(capacity: 16_384)
    private var zoneRules = BoundedCache<ZoneRules>(capacity: 1_024)

    /// In bytes, without its end.
    package static let longestLine = 65_536

    package init(_ defaults: SlotDefaults, zones: ZoneSource) { (self.defaults, self.zones) = (defaults, zones) }

    /// Appends the answer to `line`, which has no line end, and a line end.
    package mutating func answer(_ line: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        do throws(InputFailure) {
            let search = try search(line)
            Self.write(search, into: &output)
        } catch {
            Self.write(error, into: &output)
        }
    }

    /// For a line that is not there to be read.
    package static func answerTooLong(into output: inout [UInt8]) {
        write(InputFailure("the line has more than \(longestLine) bytes"), into: &output)
    }

    // MARK: Reading

    private mutating func search(_ line: UnsafeRawBufferPointer) throws(InputFailure) -> SlotSearch {
        let fields = TabFields(line)
        guard fields.count <= 4 else {
            throw InputFailure("the line has \(fields.count) fields; expected 1 to 4, with a tab between them")
        }
        let schedule = try schedule(fields[0])
        return SlotSearch(
            schedule, in: try rules(fields[1]),
            from: fields[2].isEmpty ? defaults.from : try SlotInput.from(fields[2]),
            count: fields[3].isEmpty ? defaults.count : try SlotInput.count(fields[3]), defaults.direction)
    }

    private mutating func schedule(_ text: String) throws(InputFailure) -> WrittenSchedule {
        if let known = schedules[text] { return known }
        let schedule = try SlotInput.schedule(
            text, entry: defaults.entry, hasSeconds: defaults.hasSeconds, defaults.direction)
        schedules[text] = schedule
        return schedule
    }

    private mutating func rules(_ name: String) throws(InputFailure) -> ZoneRules {
        if let known = zoneRules[name] { return known }
        let rules = try SlotInput.zone(name.isEmpty ? defaults.zone : name, in: zones).rules
        zoneRules[name] = rules
        return rules
    }

    // MARK: Writing

    private static func write(_ search: SlotSearch, into output: inout [UInt8]) {
        output += search.direction == .next ? #"{"next":["#.utf8 : #"{"previous":["#.utf8
        var isFirst = true
        for slot in search.slots() {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            UTCBytes.append(slot, to: &output)
            output.append(UInt8(ascii: "\""))
            isFirst = false
        }
        output += "]}\n".utf8
    }

    private static func write(_ failure: InputFailure, into output: inout [UInt8]) {
        output += JSONCoding.output(.object([("error", .string(failure.description))])).utf8
        output.append(UInt8(ascii: "\n"))
    }
}
