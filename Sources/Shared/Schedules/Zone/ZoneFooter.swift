import Clocks

/// The rule that a zone follows for ever, as POSIX writes it in TZ: `EET-2EEST,M3.5.0/3,M10.5.0/4`
/// (POSIX.1-2024, Environment Variables; with the hours from -167 to 167 of RFC 9636).
struct ZoneFooter: Hashable, Sendable {
    /// Seconds east of Greenwich.
    private let standard: Int64
    /// `nil`: no daylight-saving time.
    private let saving: Saving?

    private struct Saving: Hashable {
        var offset: Int64
        var begin: YearlyMoment
        var end: YearlyMoment

        /// Neither moment comes near New Year.
        var staysInYear: Bool { begin.staysInYear && end.staysInYear }
    }

    func segment(at instant: Int64) -> ZoneRules.Segment {
        guard let saving else { return ZoneRules.Segment(start: .min, end: .max, offset: standard) }
        let year = CivilDate(daysSince1970: floorDivide(instant + standard, 86_400)).year
        return saving.staysInYear ? segment(at: instant, year, saving) : searched(at: instant, year, saving)
    }

    /// The two transitions of a year, in their order.
    private func transitions(_ year: Int64, _ saving: Saving) -> (Transition, Transition) {
        let begin = Transition(instant: saving.begin.local(in: year) - standard, offset: saving.offset)
        let end = Transition(instant: saving.end.local(in: year) - saving.offset, offset: standard)
        return begin.instant < end.instant ? (begin, end) : (end, begin)
    }

    private func segment(at instant: Int64, _ year: Int64, _ saving: Saving) -> ZoneRules.Segment {
        let (first, second) = transitions(year, saving)
        if instant < first.instant {
            let start = transitions(year - 1, saving).1
            return ZoneRules.Segment(start: start.instant, end: first.instant, offset: start.offset)
        }
        if instant < second.instant {
            return ZoneRules.Segment(start: first.instant, end: second.instant, offset: first.offset)
        }
        let end = transitions(year + 1, saving).0
        return ZoneRules.Segment(start: second.instant, end: end.instant, offset: second.offset)
    }

    /// A transition near New Year may belong to the civil year before or after.
    private func searched(at instant: Int64, _ year: Int64, _ saving: Saving) -> ZoneRules.Segment {
        var segments = SegmentFinder(instant: instant, offset: standard)
        for year in (year - 1)...(year + 1) {
            let (first, second) = transitions(year, saving)
            segments.add(first)
            segments.add(second)
        }
        return segments.found
    }

    private struct Transition {
        var instant: Int64
        /// From then on.
        var offset: Int64
    }

    /// Goes through transitions in their order and remembers the two around an instant.
    private struct SegmentFinder {
        let instant: Int64
        private var start = Int64.min
        private var end = Int64.max
        private var offset: Int64

        init(instant: Int64, offset: Int64) { (self.instant, self.offset) = (instant, offset) }

        mutating func add(_ transition: Transition) {
            if transition.instant <= instant {
                // A rule for daylight-saving time all year round ends it at the moment at which it begins again.
                if transition.offset != offset || start == .min { start = transition.instant }
                offset = transition.offset
            } else if end == .max, transition.offset != offset {
                end = transition.instant
            }
        }

        var found: ZoneRules.Segment { ZoneRules.Segment(start: start, end: end, offset: offset) }
    }
}

/// A moment of each year on the zone's clocks.
private struct YearlyMoment: Hashable, Sendable {
    enum Day: Hashable {
        /// `Jn`: 1 to 365; February 29 is never counted.
        case withoutLeapDay(Int64)
        /// `n`: 0 to 365.
        case withLeapDay(Int64)
        /// `Mm.w.d`: weekday d of week w of month m; week 5 is the last.
        case weekday(month: Int64, week: Int64, weekday: Int64)
    }

    var day: Day
    /// Seconds from midnight.
    var time: Int64

    /// A time may be a week off its day.
    var staysInYear: Bool {
        if case .weekday(month: 2...11, _, _) = day { true } else { false }
    }

    /// Seconds since 1970-01-01T00:00:00 on the zone's clocks.
    func local(in year: Int64) -> Int64 { days(in: year) * 86_400 + time }

    private func days(in year: Int64) -> Int64 {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
        switch day {
        case .withoutLeapDay(let day): return newYear + day - 1 + (day > 59 && CivilDate.isLeap(year) ? 1 : 0)
        case .withLeapDay(let day): return newYear + day
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            let toWeekday = (weekday - CivilDate.weekday(daysSince1970: first) + 7) % 7
            var day = toWeekday + (week - 1) * 7
            if day >= CivilDate.length(ofMonth: month, in: year) { day -= 7 }
            return first + day
        }
    }
}

extension ZoneFooter {
    /// `nil` if the text is not one.
    init?(_ text: some Collection<UInt8>) {
        var scanner = ByteScanner(Array(text))
        guard scanner.takeName(), let west = scanner.takeTime(mostHours: 24) else { return nil }
        standard = -west
        guard !scanner.isAtEnd else {
            saving = nil
            return
        }
        guard scanner.takeName() else { return nil }
        var offset = standard + 3_600
        if !scanner.isAt(",") {
            guard let west = scanner.takeTime(mostHours: 24) else { return nil }
            offset = -west
        }
        guard scanner.take(","), let begin = scanner.takeMoment(), scanner.take(","), let end = scanner.takeMoment(),
            scanner.isAtEnd
        else { return nil }
        saving = offset == standard ? nil : Saving(offset: offset, begin: begin, end: end)
    }
}

extension ZoneFooter {
    /// What the zone is called at a moment, by the text of a footer; `nil`: it is none.
    static func name(_ text: ArraySlice<UInt8>, at instant: Int64) -> String? {
        guard let footer = ZoneFooter(text) else { return nil }
        var scanner = ByteScanner(Array(text))
        var name = scanner.takeNameText()
        if footer.segment(at: instant).offset != footer.standard {
            _ = scanner.takeTime(mostHours: 24)
            name = scanner.takeNameText()
        }
        return name
    }

    /// What `init` reads. The names of the two times are not kept.
    var text: String {
        guard let saving else { return "STD\(Self.text(-standard))" }
        return "STD\(Self.text(-standard))DST\(Self.text(-saving.offset)),\(saving.begin.text),\(saving.end.text)"
    }

    fileprivate static func text(_ seconds: Int64) -> String {
        let rest = abs(seconds)
        return "\(seconds < 0 ? "-" : "")\(rest / 3_600):\(rest / 60 % 60):\(rest % 60)"
    }
}

extension YearlyMoment {
    fileprivate var text: String {
        let day =
            switch day {
            case .withoutLeapDay(let day): "J\(day)"
            case .withLeapDay(let day): "\(day)"
            case .weekday(let month, let week, let weekday): "M\(month).\(week).\(weekday)"
            }
        return "\(day)/\(ZoneFooter.text(time))"
    }
}

extension ByteScanner {
    /// `EET`, or `<+03>`.
    fileprivate mutating func takeName() -> Bool {
        let start = position
        if take("<") {
            skip { $0 != UInt8(ascii: ">") }
            return take(">")
        }
        skip(while: ASCII.isLetter)
        return position - start >= 3
    }

    /// Without the brackets.
    fileprivate mutating func takeNameText() -> String? {
        let start = position
        guard takeName() else { return nil }
        var name = bytes[start..<position]
        if name.first == UInt8(ascii: "<") { name = name.dropFirst().dropLast() }
        return String(decoding: name, as: UTF8.self)
    }

    /// `[+-]h[:m[:s]]`, in seconds.
    fileprivate mutating func takeTime(mostHours: Int64) -> Int64? {
        let sign: Int64 = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hours = takeNumber(), hours <= mostHours else { return nil }
        var seconds = hours * 3_600
        for unit in [Int64(60), 1] where take(":") {
            guard let number = takeNumber(), number < 60 else { return nil }
            seconds += number * unit
        }
        return sign * seconds
    }

    fileprivate mutating func takeMoment() -> YearlyMoment? {
        guard let day = takeDay() else { return nil }
        guard take("/") else { return YearlyMoment(day: day, time: 7_200) }
        return takeTime(mostHours: 167).map { YearlyMoment(day: day, time: $0) }
    }

    private mutating func takeDay() -> YearlyMoment.Day? {
        if take("J") { return takeNumber().flatMap { (1...365).contains($0) ? .withoutLeapDay($0) : nil } }
        guard take("M") else { return takeNumber().flatMap { $0 <= 365 ? .withLeapDay($0) : nil } }
        guard let month = takeNumber(), take("."), let week = takeNumber(), take("."), let weekday = takeNumber(),
            (1...12).contains(month), (1...5).contains(week), weekday <= 6
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }

    private mutating func takeNumber() -> Int64? {
        let start = position
        var number = Int64(0)
        while position - start < 4, let digit = takeDigit() { number = number * 10 + digit }
        return position > start ? number : nil
    }
}
