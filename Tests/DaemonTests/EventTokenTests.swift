import Glibc
import Links
import Model
import Testing

@testable import Daemon
@testable import Kernel

@Suite("An event's token")
struct EventTokenTests {
    private static let extremes: [(job: Int, generation: UInt32)] = [
        (0, 0), (1, 1), (Source.mostPlaces - 1, .max), (Source.mostPlaces - 1, 0), (0, .max), (0xFF, 0x100),
        (0x123456, 0x789A_BCDE),
    ]

    @Test("reads back as what was packed")
    func roundTrip() {
        var tokens: [EventToken] = [.signals, .log, .functionAnswer, .clock, .files, .control, .ledger]
        for (job, generation) in Self.extremes {
            tokens.append(.client(job, generation: generation))
            for channel in [EventToken.Channel.control, .report, .output] {
                tokens.append(.worker(channel, job: job, generation: generation))
            }
        }
        for token in tokens { #expect(EventToken(Source(packed: token.packed)) == token) }
        #expect(Set(tokens.map(\.packed)).count == tokens.count)
    }

    @Test("is none of bits that nobody packed", arguments: [7, 14, 19, 0xFF, 0x100, 0x201, 1 << 32, .max] as [UInt64])
    func invalid(bits: UInt64) {
        #expect(EventToken(Source(packed: bits)) == nil)
    }

    @Test("is the same bits again, or nothing")
    func anyBits() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let bits = UInt64.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
            #expect([nil, bits].contains(EventToken(Source(packed: bits))?.packed))
        }
    }
}

@Suite("The budget of descriptors")
struct DescriptorBudgetTests {
    @Test("has no room for a job where programs are open, each of them twice during a reload")
    func programs() {
        for (count, jobs) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (30, 20)] {
            let functions = (0..<count).map { EntryFunction.swift(name: "tick", program: "/own/\($0)") }
            let standard = EntryFunction.swift(name: "tick", program: nil)
            #expect(DescriptorBudget.jobs(for: functions + functions + [standard]) == jobs, "\(count)")
        }
    }

    @Test(
        "has room for a third of what is left beside the daemon's own",
        arguments: [
            (0, 0), (46, 0), (47, 0), (49, 0), (50, 1), (1_024, 325), (4_096, 1_349), (1 << 20, 349_403),
            (UInt64(Int.max), Source.mostPlaces), (.max, Source.mostPlaces),
        ] as [(UInt64, Int)])
    func mostJobs(soft: UInt64, jobs: Int) {
        let limit = OpenFilesLimit(limit: rlimit(rlim_cur: rlim_t(soft), rlim_max: .max))
        #expect(DescriptorBudget.mostJobs(limit) == jobs)
    }
}
