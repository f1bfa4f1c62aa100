import Clocks

/// A time zone's rules: what its clocks show at any instant, past and to come.
///
/// From a compiled zone file (tzfile(5), RFC 9636): its table of transitions, and after it the rule of its footer,
/// which holds for ever.
package struct ZoneRules: Hashable, Sendable {
    /// In seconds since 1970-01-01T00:00:00Z, ascending. Each changes the offset.
    let transitions: [Int64]
    /// Seconds east of Greenwich: before the first transition, then from each transition on.
    let offsets: [Int64]
    /// From the end of the table on; `nil`: the last offset stays.
    let footer: ZoneFooter?
    let tableEnd: Int64

    package static let utc = ZoneRules(transitions: [], offsets: [0], footer: nil)

    /// There is one offset more than there are transitions.
    init(transitions: [Int64], offsets: [Int64], footer: ZoneFooter?) {
        // A change of the name alone, or from standard time to daylight-saving time of the same offset, is none to a
        // clock.
        let changes = transitions.indices.filter { offsets[$0] != offsets[$0 + 1] }
        self.transitions = changes.map { transitions[$0] }
        self.offsets = [offsets[0]] + changes.map { offsets[$0 + 1] }
        self.footer = footer
        tableEnd = transitions.last ?? .min
    }

    /// A span of time in which the clocks are the same distance ahead of UTC.
    package struct Segment: Hashable, Sendable {
        /// In seconds since 1970-01-01T00:00:00Z; `.min`: since ever.
        package let start: Int64
        /// The first second after it; `.max`: for ever.
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
        guard let footer else { return tableSegment(at: instant) }
        if instant >= tableEnd { return footerSegment(footer.segment(at: instant)) }
        let segment = tableSegment(at: instant)
        return segment.end == .max ? lastTableSegment(segment, footer) : segment
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

    /// The footer knows nothing of what was before the end of the table.
    private func footerSegment(_ segment: Segment) -> Segment {
        guard segment.start <= tableEnd else { return segment }
        let goesOn = segment.offset == offsets[offsets.count - 1]
        return Segment(
            start: goesOn ? transitions.last ?? .min : tableEnd, end: segment.end, offset: segment.offset)
    }

    /// The last span of the table ends where the footer's rule first changes the offset.
    private func lastTableSegment(_ segment: Segment, _ footer: ZoneFooter) -> Segment {
        let next = footer.segment(at: tableEnd)
        return Segment(
            start: segment.start, end: next.offset == segment.offset ? next.end : tableEnd, offset: segment.offset)
    }

    // MARK: Civil time

    /// What becomes of a civil time in this zone.
    enum Placement: Hashable {
        /// The instant at which the clocks show it for the first time.
        case at(Int64)
        /// The clocks skip it: the instant of their jump.
        case inGap(Int64)
    }

    /// Where `local`, in seconds since 1970-01-01T00:00:00 on the zone's clocks, lies.
    func place(_ local: Int64) -> Placement {
        var segment = segment(at: local - Self.farthest)
        while true {
            if segment.shows(local) { return .at(local - segment.offset) }
            // Already past it when the span begins: it was skipped.
            if segment.start != .min, segment.start + segment.offset > local { return .inGap(segment.start) }
            if segment.end == .max { return .at(local - segment.offset) }
            segment = self.segment(at: segment.end)
        }
    }

    /// The civil time that the clocks were about to show at `instant`, or a later one if they have been set back since:
    /// whatever is before it is placed before `instant`, and nothing else is.
    func reached(before instant: Int64) -> Int64 {
        var segment = segment(at: instant - 1)
        var reached = instant + segment.offset
        while segment.start != .min, segment.start > instant - 2 * Self.farthest {
            let start = segment.start
            segment = self.segment(at: start - 1)
            reached = max(reached, start + segment.offset)
        }
        return reached
    }

    /// No clock is as far from UTC (see `ZoneFile`).
    static let farthest: Int64 = 26 * 3_600
}
