import Clocks
package import Journal
import Model
import Turns

extension LedgerRecord {
    /// As it lies in the journal.
    package var frame: JournalFrame {
        var frame = JournalFrame()
        write(into: &frame)
        return frame
    }

    /// `nil`: no version of this program has written it.
    package init?(_ frame: JournalFrame) {
        var form = RecordForm(reading: frame)
        guard let kind = Kind(rawValue: form.next()) else { return nil }
        self = kind.blank
        fields(&form)
        guard form.isWhole else { return nil }
    }

    /// `frame`: an empty one.
    package func write(into frame: inout JournalFrame) {
        var form = RecordForm(writing: Kind(self).rawValue)
        var record = self
        record.fields(&form)
        frame = form.frame
    }

    /// The number of a `booking`, at the beginning of its frame.
    static let bookingKind = Kind.booking.rawValue

    enum Kind: Int64 {
        case life = 1
        case job, begin, booking, output, incident, standing, claim

        init(_ record: LedgerRecord) {
            switch record {
            case .life: self = .life
            case .job: self = .job
            case .begin: self = .begin
            case .booking: self = .booking
            case .output: self = .output
            case .incident: self = .incident
            case .standing: self = .standing
            case .claim: self = .claim
            }
        }

        /// To be filled.
        var blank: LedgerRecord {
            let never = WallInstant(nanoseconds: 0)
            let standing = Standing(job: 0, failures: 0, isFailing: false, isLate: false)
            return switch self {
            case .life: .life(Life(uid: 0, pid: 0, began: never, host: "", boot: "", version: "", registry: ""))
            case .job:
                .job(
                    Job(
                        job: 0, at: never, name: "", schedule: "", timezone: "", comment: "", books: 0, sums: Sums(),
                        standing: standing))
            case .begin:
                .begin(
                    Begin(
                        job: 0, run: 0, slot: nil, attempt: 1, cause: .slot, began: never, lateness: .zero, pid: 0))
            case .booking: .booking(Booked(job: 0, at: never, count: 0, outcome: .ok))
            case .output: .output(Output(job: 0, run: 0, at: never, isError: false, text: ""))
            case .incident: .incident(Incident(job: nil, at: never, kind: "", text: ""))
            case .standing: .standing(standing)
            case .claim: .claim(Claim(job: 0, run: 0, slot: never, attempt: 1, at: never))
            }
        }
    }

    private mutating func fields(_ form: inout RecordForm) {
        switch self {
        case .life(var life):
            life.fields(&form)
            self = .life(life)
        case .job(var job):
            job.fields(&form)
            self = .job(job)
        case .begin(var begin):
            begin.fields(&form)
            self = .begin(begin)
        case .booking(var booked):
            booked.fields(&form)
            self = .booking(booked)
        case .output(var output):
            output.fields(&form)
            self = .output(output)
        case .incident(var incident):
            incident.fields(&form)
            self = .incident(incident)
        case .standing(var standing):
            standing.fields(&form)
            self = .standing(standing)
        case .claim(var claim):
            claim.fields(&form)
            self = .claim(claim)
        }
    }
}

// MARK: One list of fields of each, to read and to write it

extension LedgerRecord.Life {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&uid)
        form.number(&pid)
        form.moment(&began)
        form.text(&host)
        form.text(&boot)
        form.text(&version)
        form.text(&registry)
    }
}

extension LedgerRecord.Claim {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&job)
        form.number(&run)
        form.moment(&slot)
        form.number(&attempt)
        form.moment(&at)
    }
}

extension LedgerRecord.Job {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&job)
        form.moment(&at)
        form.number(&books)
        form.number(&sums.runs)
        form.moment(&sums.accounted)
        for index in sums.slots.indices { form.number(&sums.slots[index]) }
        for index in sums.besides.indices { form.number(&sums.besides[index]) }
        standing.job = job
        standing.rest(&form)
        form.history(&history)
        form.lastNumber(&standing.alerts)
        form.text(&name)
        form.text(&schedule)
        form.text(&timezone)
        form.text(&comment)
    }
}

extension LedgerRecord.Begin {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&job)
        form.number(&run)
        form.optional(&slot)
        form.number(&attempt)
        form.cause(&cause)
        form.moment(&began)
        form.span(&lateness)
        form.number(&pid)
    }
}

extension LedgerRecord.Booked {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&job)
        form.moment(&at)
        form.optional(&first)
        form.optional(&last)
        form.number(&count)
        form.outcome(&outcome)
        form.reason(&reason)
        form.flag(&isGivenUp)
        var hasRun = run != nil
        form.flag(&hasRun)
        guard hasRun else { return }
        var run = run ?? Run(number: 0, began: WallInstant(nanoseconds: 0))
        run.fields(&form)
        self.run = run
    }
}

extension LedgerRecord.Booked.Run {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&number)
        form.number(&attempt)
        form.cause(&cause)
        form.moment(&began)
        form.span(&lateness)
        form.span(&duration)
        form.optional(&code)
        form.optional(&retryAfter)
        form.optional(&fullLength)
        form.text(&text)
    }
}

extension LedgerRecord.Output {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&job)
        form.number(&run)
        form.moment(&at)
        form.flag(&isError)
        form.text(&text)
    }
}

extension LedgerRecord.Incident {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.optional(&job)
        form.moment(&at)
        form.text(&kind)
        form.text(&text)
    }
}

extension LedgerRecord.Standing {
    fileprivate mutating func fields(_ form: inout RecordForm) {
        form.number(&job)
        rest(&form)
        form.lastNumber(&alerts)
    }

    fileprivate mutating func rest(_ form: inout RecordForm) {
        form.number(&failures)
        form.flag(&isFailing)
        form.flag(&isLate)
    }
}
