package import Values

/// What is wanted of a job that runs, or does not.
extension ControlRequest {
    package struct Cancel: Hashable, Sendable {
        package var entry = EntryID()
        /// That one alone; `nil`: whichever is going, or waits to begin.
        package var run: Int64?
        /// What is made up for and the attempt that waits, and not the run that is going.
        package var isOwed = false
        /// Answer when it has ended.
        package var waits = false

        package init() {}
        package init(entry: EntryID, run: Int64? = nil, isOwed: Bool = false, waits: Bool = false) {
            (self.entry, self.run, self.isOwed, self.waits) = (entry, run, isOwed, waits)
        }
    }

    package struct Kill: Hashable, Sendable {
        package var entry = EntryID()
        /// `HUP`, `SIGHUP` or `1`.
        package var signal = ""

        package init() {}
        package init(entry: EntryID, signal: String) { (self.entry, self.signal) = (entry, signal) }
    }

    package struct Restart: Hashable, Sendable {
        package var entry = EntryID()
        /// The run that is going is ended first.
        package var isNow = false

        package init() {}
        package init(entry: EntryID, isNow: Bool) { (self.entry, self.isNow) = (entry, isNow) }
    }

    package struct Reset: Hashable, Sendable {
        package var entry = EntryID()

        package init() {}
        package init(entry: EntryID) { self.entry = entry }
    }

    package struct Next: Hashable, Sendable {
        package var entry = EntryID()
        package var count = Int64(5)

        package init() {}
        package init(entry: EntryID, count: Int64) { (self.entry, self.count) = (entry, count) }

        /// So many slots at most.
        package static let most = Int64(10_000)
    }

    package struct Wait: Hashable, Sendable {
        package var entry = EntryID()
        /// Until this one ends; `nil`: the next one that does.
        package var run: Int64?

        package init() {}
        package init(entry: EntryID, run: Int64? = nil) { (self.entry, self.run) = (entry, run) }
    }
}

// The fields of each.

extension ControlRequest.Cancel: WireMessage {
    package static var verb: StaticString { "cancel" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &run, least: 1)
        row.flag("owed", &isOwed)
        row.flag("wait", &waits)
    }
}

extension ControlRequest.Kill: WireMessage {
    package static var verb: StaticString { "kill" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.text("signal", &signal)
    }
}

extension ControlRequest.Restart: WireMessage {
    package static var verb: StaticString { "restart" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.flag("now", &isNow)
    }
}

extension ControlRequest.Reset: WireMessage {
    package static var verb: StaticString { "reset" }

    package mutating func fields(_ row: inout MessageCoder) { row.entry("entry", &entry) }
}

extension ControlRequest.Next: WireMessage {
    package static var verb: StaticString { "next" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("count", &count, least: 1, most: Self.most, absent: 5)
    }
}

extension ControlRequest.Wait: WireMessage {
    package static var verb: StaticString { "wait" }

    package mutating func fields(_ row: inout MessageCoder) {
        row.entry("entry", &entry)
        row.integer("run", &run, least: 1)
    }
}
