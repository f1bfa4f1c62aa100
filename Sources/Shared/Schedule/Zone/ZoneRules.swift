import Clocks

/// A time zone's rules: what its clocks show at any instant, past and to come.
///
/// From a compiled zone file (tzfile(5), RFC 9636): its table of transitions, and behind it the rule of its footer, which holds
/// for ever.
package struct ZoneRules: Hashable, Sendable {
    /// In seconds since 1970-01-01T00:00:00Z, ascending.
    private let transitions: [Int64]
    /// Seconds east of Greenwich: before the first transition, then from each transition on.
    private let offsets: [Int64]
    /// Behind the last transition; `nil`: the last offset stays.
    private let footer: ZoneFooter?

    package static let utc = ZoneRules(transitions: [], offsets: [0], footer: nil)

    init(transitions: [Int64], offsets: [Int64], footer: ZoneFooter?) {
        (self.transitions, self.offsets, self.footer) = (transitions, offsets, footer)
    }

    /// A span of time in which the clocks are the same distance ahead of UTC.
    package struct Segment: Hashable, Sendable {
        /// In seconds since 1970-01-01T00:00:00Z; `.min`: since ever.
        package let start: Int64
        /// The first second behind it; `.max`: for ever.
        package let end: Int64
        /// Seconds east of Greenwich.
        package let offset: Int64

        /// Whether the clocks show `local` in this span.
        func shows(_ local: Int64) -> Bool {
            let instant = local &- offset
            return instant >= start && instant < end
        }
    }

    package func offset(at instant: Int64) -> Int64 { segment(at: instant).offset }

    /// The span that `instant` is in.
    package func segment(at instant: Int64) -> Segment {
        if let last = transitions.last, instant < last { return tableSegment(at: instant) }
        let start = transitions.last ?? .min
        guard let footer else { return Segment(start: start, end: .max, offset: offsets[offsets.count - 1]) }
        let segment = footer.segment(at: instant)
        return segment.start >= start ? segment : Segment(start: start, end: segment.end, offset: segment.offset)
    }

    private func tableSegment(at instant: Int64) -> Segment {
        // How many transitions lie at or before it.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return Segment(
            start: low == 0 ? .min : transitions[low - 1], end: low == transitions.count ? .max : transitions[low],
            offset: offsets[low])
    }

    // MARK: Civil time

    /// What becomes of a civil time in this zone.
    enum Placement: Hashable {
        /// The instant at which the clocks show it for the first time.
        case at(Int64)
        /// The clocks pass over it: the instant of their jump.
        case inGap(Int64)
    }

    /// Where `local`, in seconds since 1970-01-01T00:00:00 on the zone's clocks, comes to lie.
    func place(_ local: Int64) -> Placement {
        // No clock is more than a day and two hours off, and no two transitions undo that.
        var segment = segment(at: local - Self.farthest)
        while true {
            if segment.shows(local) { return .at(local - segment.offset) }
            // Already past it when the span begins: it was passed over.
            if segment.start != .min, segment.start + segment.offset > local { return .inGap(segment.start) }
            if segment.end == .max { return .at(local - segment.offset) }
            segment = self.segment(at: segment.end)
        }
    }

    private static let farthest: Int64 = 26 * 3_600
}
