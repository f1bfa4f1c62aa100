extension ZoneRules {
    /// When the clocks of a zone show a civil time, in seconds since 1970-01-01T00:00:00Z.
    package enum Showing: Hashable, Sendable {
        case once(Int64)
        /// They are set back behind it.
        case twice(first: Int64, second: Int64)
        /// They jump over it at this instant.
        case never(jump: Int64)
    }

    /// `local`: in seconds since 1970-01-01T00:00:00 on the zone's clocks.
    package func showing(_ local: Int64) -> Showing {
        switch place(local) {
        case .inGap(let jump): return .never(jump: jump)
        case .at(let first):
            let segment = segment(at: first)
            guard segment.end != .max, self.segment(at: segment.end).shows(local) else { return .once(first) }
            return .twice(first: first, second: local - self.segment(at: segment.end).offset)
        }
    }
}
