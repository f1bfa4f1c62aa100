import TestSupport
import Testing
import Values
import Wire

@Suite("Whatever bytes come through a pipe")
struct WireFuzzTests {
    @Test("they are a message or a WireError, and a message that is sent on reads back")
    func mutations() {
        for iteration in 0..<Fuzz.iterations(20_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            check(line(&random), "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1")
        }
    }

    private func check(_ line: [UInt8], _ replay: Comment) {
        do {
            let report = try decodeReport(line)
            // Numbers are kept whole; a text may come out longer than it went in, and is cut then.
            let bytes = report.encoded()
            if bytes.count > WireFormat.longestMessage, case .fault = report { return }
            if bytes.count > WireFormat.longestMessage { Issue.record(replay) }
            _ = try decodeReport(lines(bytes)[0])
        } catch let error as WireError {
            if error.description.utf8.count > 500 { Issue.record(replay) }
        } catch {
            Issue.record(replay)
        }
        do {
            let command = try decodeCommand(line)
            if try decodeCommand(lines(command.encoded())[0]) != command { Issue.record(replay) }
        } catch {
            if !(error is WireError) { Issue.record(replay) }
        }
    }

    @Test("a definition's messages in any order, damaged, doubled or missing, are a definition or a WireError")
    func assembly() {
        var (refused, whole) = (0, 0)
        for iteration in 0..<Fuzz.iterations(2_000) {
            var random = SeededGenerator(seed: Fuzz.seed &+ UInt64(iteration))
            var messages = lines(random.definition().encoded())
            for _ in 0..<random.below(4) { disturb(&messages, &random) }
            do {
                if try assemble(messages.flatMap { $0 + [UInt8(ascii: "\n")] }) != nil { whole += 1 }
            } catch {
                #expect(error is WireError)
                refused += 1
            }
        }
        #expect(refused > 0 && whole > 0)
    }

    private func disturb(_ messages: inout [[UInt8]], _ random: inout SeededGenerator) {
        let (one, other) = (random.below(messages.count), random.below(messages.count))
        switch random.below(4) {
        case 0: messages.swapAt(one, other)
        case 1: messages.insert(messages[one], at: other)
        case 2 where messages.count > 1: messages.remove(at: one)
        default:
            damage(&messages[one], &random)
            messages[one].removeAll { $0 == UInt8(ascii: "\n") }
        }
    }

    // MARK: Damage

    private func line(_ random: inout SeededGenerator) -> [UInt8] {
        if random.chance(10) { return (0..<random.below(100)).map { _ in UInt8(random.below(256)) } }
        var line = valid(&random)
        for _ in 0..<random.below(5) { damage(&line, &random) }
        return line
    }

    private func valid(_ random: inout SeededGenerator) -> [UInt8] {
        let isReport = random.chance(2)
        let bytes =
            isReport
            ? random.report(kind: random.below(SeededGenerator.reportKinds)).encoded() : random.command().encoded()
        return lines(bytes)[0]
    }

    private func damage(_ line: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(line.count + 1)
        switch random.below(7) {
        case 0 where place < line.count: line[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < line.count: line[place] = random.pick(Array(" =\"\\-0\u{0}\n".utf8))
        case 2: line.insert(UInt8(random.below(256)), at: place)
        case 3: line.removeSubrange(place..<min(line.count, place + random.below(10)))
        case 4: line.insert(contentsOf: line[place..<min(line.count, place + random.below(40))], at: place)
        case 5: line.insert(contentsOf: "\(random.anyInteger())".utf8, at: place)
        default: line.insert(contentsOf: valid(&random), at: place)
        }
    }
}
