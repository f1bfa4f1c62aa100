import Clocks
import Crontabs
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

    /// Appends the answer to `line`, which has no LF at its end but may have a CR, and a line end. `lost`: so many bytes of
    /// the line are not there to be read.
    package mutating func answer(_ line: UnsafeRawBufferPointer, lost: Int = 0, into output: inout [UInt8]) {
        let answer: (String, Value)
        do throws(InputFailure) {
            let search = try search(line, lost: lost)
            let slots = search.slots().map { Value.string(CivilText.text($0, offset: nil)) }
            answer = (search.direction.rawValue, .list(slots))
        } catch {
            answer = ("error", .string(error.description))
        }
        output += JSONCoding.output(.object([answer])).utf8
        output.append(UInt8(ascii: "\n"))
    }

    // MARK: Reading

    private mutating func search(_ line: UnsafeRawBufferPointer, lost: Int) throws(InputFailure) -> SlotSearch {
        guard lost == 0 else { throw InputFailure("the line has more than \(Self.longestLine) bytes") }
        let text = LineFeed.withoutReturn(line)
        var fields = text.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard fields.count <= 4 else {
            throw InputFailure("the line has \(fields.count) fields; expected 1 to 4, with a tab between them")
        }
        fields += Array(repeating: "", count: 4 - fields.count)
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
}
