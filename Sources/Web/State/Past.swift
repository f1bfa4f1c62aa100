import Clocks
package import Crontool
package import Values
package import Wire

/// Asks the ledger, for one page: over connections of its own, so that nobody waits for another one's question.
package struct Past: Sendable {
    private let site: DaemonSite

    package init(_ site: DaemonSite) { self.site = site }

    package struct Page {
        /// The newest first.
        package var rows: [LedgerAnswer] = []
        /// Where the next page begins; `nil`: there is none.
        package var before: Int64?
        package var order: Int64?
    }

    package func history(_ question: LedgerQuestion.History) throws(DaemonFailure) -> Page {
        var page = Page()
        let done = try open().ask(.history(question), within: Patience.ledger) { page.rows.append($0) }
        (page.before, page.order) = (done.before, done.order)
        return page
    }

    package func events(of entry: EntryID?, limit: Int64, before: Int64? = nil) throws(DaemonFailure) -> Page {
        var question = LedgerQuestion.Events()
        (question.entry, question.limit, question.before) = (entry, limit, before)
        var page = Page()
        let done = try open().ask(.events(question), within: Patience.ledger) { page.rows.append($0) }
        page.before = done.before
        return page
    }

    /// What a slot came to: each attempt, and what else there is of it.
    package func slot(_ moment: Int64, of entry: EntryID) throws(DaemonFailure) -> [LedgerAnswer] {
        var rows: [LedgerAnswer] = []
        try open().ask(.slots(.init(entry: entry, since: moment, until: moment + 1)), within: Patience.ledger) {
            rows.append($0)
        }
        return rows
    }

    package struct Output: Sendable {
        package var lines: [String] = []
        /// With those that are not kept.
        package var count = Int64(0)
    }

    /// `nil`: nothing is kept of it.
    package func output(of run: Int64, _ entry: EntryID) throws(DaemonFailure) -> Output? {
        var output: Output?
        try open().ask(.output(.init(entry: entry, run: run)), within: Patience.ledger) { answer in
            switch answer {
            case .output(let head): output = Output(lines: [], count: head.lines)
            case .line(let text): output?.lines.append(text)
            default: break
            }
        }
        return output
    }

    /// `began`: in microseconds; `nil`: all that is kept is looked through.
    package func run(_ number: Int64, of entry: EntryID, began: Int64?) throws(DaemonFailure) -> LedgerAnswer.Run? {
        var question = LedgerQuestion.History()
        (question.entry, question.limit) = (entry, Self.most)
        if let began { (question.since, question.until) = (began, began + 1) }
        let ledger = try open()
        for _ in 0..<Self.mostPages {
            var (found, isPast) = (LedgerAnswer.Run?.none, false)
            let done = try ledger.ask(.history(question), within: Patience.ledger) { answer in
                guard case .run(let run) = answer else { return }
                if run.number == number { found = run }
                isPast = isPast || run.number < number
            }
            if let found { return found }
            guard !isPast, done.before != nil else { break }
            (question.before, question.order) = (done.before, done.order)
        }
        return began == nil ? nil : try run(number, of: entry, began: nil)
    }

    private static let most = Int64(1_000)
    /// Of a job that keeps more, older runs are found by their beginnings alone.
    private static let mostPages = 20

    private func open() throws(DaemonFailure) -> LedgerClient { try site.connect().ledger() }
}
