import Clocks
import Model
import TestSupport
import Testing
import Values
import Wire

@Suite("The messages of the control socket")
struct ControlMessageTests {
    @Test("read back as they were written, and no longer than a message")
    func roundTrip() throws {
        for seed in 0..<UInt64(Fuzz.iterations(3_000)) {
            var random = SeededGenerator(seed: Fuzz.seed &+ seed)
            let request = random.controlRequest()
            #expect(try decodeControlRequest(lines(request.encoded())[0]) == request)
            let answer = random.controlAnswer()
            let bytes = answer.encoded()
            #expect(bytes.count <= WireFormat.longestMessage, "\(answer)")
            #expect(try decodeControlAnswer(lines(bytes)[0]) == answer)
        }
    }

    @Test("are cut where a text is longer than a message may be, and say so")
    func longTexts() throws {
        let text = String(repeating: "\u{1}", count: 5_000)
        for answer in [ControlAnswer.error(text: text), .refused(.init(.registry, text))] {
            let bytes = answer.encoded()
            #expect(bytes.count <= WireFormat.longestMessage)
            #expect(String(decoding: bytes, as: UTF8.self).contains(" length=5000"))
        }
    }

    @Test("are refused as a whole where a change has a field that is not known; a question passes it over")
    func unknownFields() throws {
        #expect(throws: ControlRequest.Refusal.unknownField("queue")) {
            try decodeControlRequest(Array("run entry=a:b queue=true".utf8))
        }
        #expect(throws: ControlRequest.Refusal.unknownField("at")) {
            try decodeControlRequest(Array("reload wait=true at=1".utf8))
        }
        #expect(throws: ControlRequest.Refusal.unknownField("force")) {
            try decodeControlRequest(Array("pause all=true force=true".utf8))
        }
        #expect(throws: ControlRequest.Refusal.unknownField("all")) {
            try decodeControlRequest(Array("cancel entry=a:b all=true".utf8))
        }
        #expect(try decodeControlRequest(Array("status columns=1".utf8)) == .status(entry: nil))
        #expect(try decodeControlRequest(Array("wait entry=a:b as=1".utf8)) == .wait(.init(entry: EntryID("a:b")!)))
        #expect(throws: ControlRequest.Refusal.unknownVerb("watch")) { try decodeControlRequest(Array("watch".utf8)) }
    }

    @Test("have histograms whose bounds grow, with a count more than these")
    func histograms() throws {
        let right = "histogram of=lateness bounds_us=\"1,5\" counts=\"1,0,3\" sum_us=7"
        let expected = SpanHistogram(.lateness, bounds: [1, 5], counts: [1, 0, 3], sum: 7)
        #expect(try decodeControlAnswer(Array(right.utf8)) == .histogram(expected))
        let many = Array(repeating: "1", count: 200).joined(separator: ",")
        for (part, wrong) in [
            ("1,5", "5,1"), ("1,5", "1,1"), ("1,5", "1"), ("1,5", ""), ("1,5", "1,"), ("1,5", ",5"), ("1,5", "-1,5"),
            ("1,5", "1,x"), ("1,0,3", "1,0"), ("1,0,3", "1,,3"), ("1,0,3", "1,0,99999999999999999999"), ("1,0,3", many),
            ("=7", "=-7"), ("lateness", "size"),
        ] {
            let line = right.replacing("\(part)", with: wrong)
            #expect(throws: WireError.self, "\(line)") { try decodeControlAnswer(Array(line.utf8)) }
        }
    }

    @Test("name one scope of a pause: a job, a group, or all")
    func scopes() throws {
        for text in ["pause", "resume", "pause entry=a:b all=true", "resume group=g entry=a:b", "pause group=\"\""] {
            #expect(throws: ControlRequest.Refusal.self, "\(text)") { try decodeControlRequest(Array(text.utf8)) }
        }
        let note = String(repeating: "x", count: PauseScope.longestNote)
        #expect(
            try decodeControlRequest(Array("pause group=g until_us=5 note=\(note)".utf8))
                == .pause(.init(.group("g"), until: 5, note: note)))
        for text in ["pause all=true note=\(note)y", "pause all=true until_us=-1"] {
            #expect(throws: ControlRequest.Refusal.self, "\(text)") { try decodeControlRequest(Array(text.utf8)) }
        }
    }

    @Test("are a request or a refusal, an answer or a WireError, whatever bytes they are")
    func mutations() {
        for iteration in 0..<Fuzz.iterations(20_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let line = random.damagedControlLine()
            let replay: Comment = "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1"
            do {
                let request = try decodeControlRequest(line)
                if try decodeControlRequest(lines(request.encoded())[0]) != request { Issue.record(replay) }
            } catch {
                if !(error is ControlRequest.Refusal) { Issue.record(replay) }
            }
            do {
                _ = try decodeControlAnswer(line)
            } catch {
                if !(error is WireError) { Issue.record(replay) }
            }
        }
    }
}

private func decodeControlRequest(_ line: [UInt8]) throws -> ControlRequest {
    try line.withUnsafeBytes { try ControlRequest.decode($0) }
}

private func decodeControlAnswer(_ line: [UInt8]) throws -> ControlAnswer {
    try line.withUnsafeBytes { try ControlAnswer.decode($0) }
}

extension SeededGenerator {
    private mutating func entry() -> EntryID { EntryID(namespace: "app", name: "job.\(below(100))")! }

    mutating func controlRequest() -> ControlRequest {
        switch below(13) {
        case 12: .metrics
        case 11: .next(.init(entry: entry(), count: 1 + Int64(below(10_000))))
        case 6: .cancel(.init(entry: entry(), run: chance(2) ? nil : 1, isOwed: chance(2), waits: chance(2)))
        case 7: .kill(.init(entry: entry(), signal: text(8)))
        case 8: .restart(.init(entry: entry(), isNow: chance(2)))
        case 9: .reset(.init(entry: entry()))
        case 10: .wait(.init(entry: entry(), run: chance(2) ? nil : 1 + Int64(below(1_000))))
        case 0: .ping
        case 1: .status(entry: chance(2) ? nil : entry())
        case 2: .run(.init(entry: entry(), waits: chance(2)))
        case 3: .pause(.init(scope(), until: chance(2) ? nil : count(), note: text(20)))
        case 4: .resume(.init(scope()))
        default: .reload(.init(waits: chance(2), allowsEmpty: chance(2)))
        }
    }

    private mutating func scope() -> PauseScope {
        switch below(3) {
        case 0: .all
        case 1: .group("g" + text(10))
        default: .job(entry())
        }
    }

    mutating func controlAnswer() -> ControlAnswer {
        switch below(15) {
        case 12: return .daemon(daemonMetrics())
        case 13: return .histogram(histogram())
        case 14: return .measured(jobMetrics())
        case 11: return .slot(at: anyInteger())
        case 9: return .pausing(.init(entry: entry(), pid: chance(2) ? nil : anyInteger()))
        case 10: return .replaced(pause())
        case 0: return .greeting(.init(program: text(), pid: anyInteger(), registry: text(100)))
        case 1: return .pong
        case 2: return .error(text: text(100))
        case 3: return .started(.init(entry: entry(), run: anyInteger()))
        case 4:
            return .ended(
                .init(entry: entry(), run: anyInteger(), outcome: text(8), duration: duration(), text: text()))
        case 5:
            var done = ControlAnswer.Done(count: below(10), disabled: below(10))
            if chance(2) { (done.added, done.changed) = (anyInteger(), anyInteger()) }
            if chance(2) { (done.running, done.paused) = (anyInteger(), anyInteger()) }
            done.isPassing = chance(2)
            if chance(2) { done.pausing = anyInteger() }
            return .done(done)
        case 7: return .running(.init(entry: entry(), run: anyInteger()))
        case 6: return .refused(.init(pick(ControlAnswer.Refused.Code.allCases), text(100)))
        default: return .job(jobStatus())
        }
    }

    private mutating func pause() -> JobStatus.Pause {
        var pause = JobStatus.Pause()
        (pause.scope, pause.since, pause.user) = (text(10), anyInteger(), anyInteger())
        (pause.until, pause.note) = (chance(2) ? nil : anyInteger(), text(20))
        return pause
    }

    private mutating func daemonMetrics() -> DaemonMetrics {
        var all = DaemonMetrics()
        (all.began, all.isReady, all.lag, all.droppedTicks) = (anyInteger(), chance(2), duration(), count())
        (all.reloads.ok, all.reloads.failed, all.reloads.accepted) = (count(), count(), anyInteger())
        (all.reloads.isInForce, all.processorTime) = (chance(2), duration())
        (all.memory, all.openFiles) = (chance(2) ? nil : count(), chance(2) ? nil : count())
        guard chance(2) else { return all }
        var ledger = DaemonMetrics.LedgerMetrics()
        (ledger.isUp, ledger.lag, ledger.waiting, ledger.capacity) = (chance(2), duration(), count(), count())
        (ledger.size, ledger.commits, ledger.errors, ledger.lostRows) = (count(), count(), count(), count())
        all.ledger = ledger
        return all
    }

    private mutating func histogram() -> SpanHistogram {
        let bounds = (1...(1 + below(20))).map { Int64($0) * (1 + Int64(below(3))) }.reduce(into: [Int64]()) {
            all, bound in
            if bound > all.last ?? 0 { all.append(bound) }
        }
        return SpanHistogram(
            pick(SpanHistogram.Kind.allCases), bounds: bounds, counts: (0...bounds.count).map { _ in count() },
            sum: count())
    }

    private mutating func jobMetrics() -> JobMetrics {
        var job = JobMetrics()
        (job.entry, job.kind, job.schedule) = (entry(), text(20), text(JobStatus.longestText))
        (job.group, job.state) = (chance(2) ? nil : text(128), pick(JobStatus.State.allCases))
        (job.isRunning, job.isFailing, job.isLate, job.isPaused) = (chance(2), chance(2), chance(2), chance(2))
        (job.failures, job.runs) = (count(), count())
        for outcome in Outcome.allCases where chance(3) { job.slots[outcome] = 1 + Int64(below(1_000)) }
        (job.next, job.due) = (chance(2) ? nil : anyInteger(), chance(2) ? nil : anyInteger())
        if chance(2) {
            var last = JobMetrics.Last()
            (last.began, last.lateness, last.duration) = (anyInteger(), duration(), duration())
            job.last = last
        }
        if chance(2) {
            var counted = JobMetrics.Counted()
            (counted.duration, counted.ended, counted.lastOk) = (duration(), count(), chance(2) ? nil : anyInteger())
            (counted.restarts.hung, counted.restarts.fault) = (count(), count())
            job.counted = counted
        }
        return job
    }

    private mutating func jobStatus() -> JobStatus {
        var status = JobStatus()
        (status.entry, status.state) = (entry(), pick(JobStatus.State.allCases))
        if chance(2) { status.schedule = text(JobStatus.longestText) } else { status.interval = text() }
        status.timezone = chance(2) ? nil : text(50)
        (status.hasSeconds, status.isAligned) = (chance(2), chance(2))
        (status.next, status.pid) = (chance(2) ? nil : anyInteger(), chance(2) ? nil : anyInteger())
        if chance(2) {
            var run = JobStatus.Going()
            (run.number, run.attempt, run.began, run.isManual) = (anyInteger(), count(), anyInteger(), chance(2))
            run.slot = chance(2) ? nil : anyInteger()
            status.run = run
        }
        if chance(2) {
            var last = JobStatus.Last()
            (last.number, last.attempt, last.began) = (anyInteger(), count(), anyInteger())
            (last.lateness, last.duration, last.outcome) = (duration(), duration(), pick(Outcome.allCases))
            (last.code, last.text) = (
                chance(2) ? nil : anyInteger(), chance(2) ? nil : text(JobStatus.longestText / 20)
            )
            status.last = last
        }
        for outcome in Outcome.allCases where chance(3) { status.counts[outcome] = 1 + Int64(below(1_000)) }
        (status.runs, status.retried, status.failures) = (anyInteger(), anyInteger(), anyInteger())
        status.pause = chance(2) ? nil : pause()
        (status.isLate, status.retry) = (chance(2), chance(2) ? nil : anyInteger())
        return status
    }

    /// One that is right, with some bytes changed.
    mutating func damagedControlLine() -> [UInt8] {
        if chance(10) { return (0..<below(100)).map { _ in UInt8(below(256)) } }
        var line = lines(chance(2) ? controlRequest().encoded() : controlAnswer().encoded())[0]
        for _ in 0..<below(5) {
            let place = below(line.count + 1)
            switch below(4) {
            case 0 where place < line.count: line[place] ^= 1 << UInt8(below(8))
            case 1: line.insert(pick(Array(" =\"\\-0\u{0}\n".utf8)), at: place)
            case 2: line.removeSubrange(place..<min(line.count, place + below(10)))
            default: line.insert(contentsOf: lines(controlRequest().encoded())[0], at: place)
            }
        }
        return line
    }
}
