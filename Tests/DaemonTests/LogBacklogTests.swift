import Testing

@testable import Daemon

@Suite("The log's backlog")
struct LogBacklogTests {
    private static func line(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("gives up output first, then ticks, then records, the oldest of each first")
    func order() {
        var backlog = LogBacklog(capacity: 6)
        for (text, rank) in [("r1", LogSink.Rank.record), ("t1", .tick), ("o1", .output)] {
            backlog.append(Self.line(text), rank)
        }
        backlog.append(Self.line("o2"), .output)
        #expect(backlog.texts == ["r1", "t1", "o2"])
        backlog.append(Self.line("r2"), .record)
        #expect(backlog.texts == ["r1", "t1", "r2"])
        backlog.append(Self.line("t2"), .tick)
        #expect(backlog.texts == ["r1", "r2", "t2"])
        backlog.append(Self.line("r3"), .record)
        backlog.append(Self.line("r4"), .record)
        #expect(backlog.texts == ["r2", "r3", "r4"])
        let loss = backlog.takeLoss()
        #expect(
            loss?.fields == ["lines": .integer(5), "output": .integer(2), "ticks": .integer(2), "records": .integer(1)])
        #expect(backlog.takeLoss() == nil)
    }

    @Test("names only what was lost")
    func loss() {
        var backlog = LogBacklog(capacity: 2)
        backlog.append(Self.line("t1"), .tick)
        backlog.append(Self.line("r1"), .record)
        #expect(backlog.takeLoss()?.fields == ["lines": .integer(1), "ticks": .integer(1)])
    }

    @Test("does not take what is larger than all of it")
    func tooLong() {
        var backlog = LogBacklog(capacity: 4)
        backlog.append(Self.line("r1"), .record)
        backlog.append(Self.line("12345"), .output)
        #expect(backlog.texts == ["r1"])
        backlog.append(Self.line("12345"), .record)
        #expect(backlog.isEmpty)
        #expect(backlog.first == nil)
        backlog.removeFirst()
        #expect(backlog.takeLoss()?.total == 3)
    }

    @Test("does as a plain list would, through any series of lines")
    func model() {
        var random = SystemRandomNumberGenerator()
        var backlog = LogBacklog(capacity: 200)
        var model = Model(capacity: 200)
        for number in 0..<20_000 {
            if Int.random(in: 0..<5, using: &random) == 0 {
                backlog.removeFirst()
                if !model.lines.isEmpty { model.lines.removeFirst() }
            } else {
                let rank = LogSink.Rank.allCases.randomElement(using: &random)!
                let line = Self.line("\(number) " + String(repeating: "x", count: .random(in: 0...20, using: &random)))
                backlog.append(line, rank)
                model.append(line, rank)
            }
            #expect(backlog.first == model.lines.first?.bytes)
            #expect(backlog.isEmpty == model.lines.isEmpty)
            if number % 100 == 0 { #expect(backlog.takeLoss() ?? .init() == model.takeLoss()) }
        }
    }
}

private struct Model {
    let capacity: Int
    var lines: [(bytes: [UInt8], rank: LogSink.Rank)] = []
    private var loss = LogBacklog.Loss()

    init(capacity: Int) { self.capacity = capacity }

    mutating func append(_ bytes: [UInt8], _ rank: LogSink.Rank) {
        lines.append((bytes, rank))
        while lines.reduce(0, { $0 + $1.bytes.count }) > capacity {
            let victim = lines.indices.min { lines[$0].rank.rawValue < lines[$1].rank.rawValue }!
            loss.lines[lines.remove(at: victim).rank.rawValue] += 1
        }
    }

    mutating func takeLoss() -> LogBacklog.Loss {
        defer { loss = .init() }
        return loss
    }
}

extension LogBacklog {
    fileprivate var texts: [String] {
        var copy = self
        var texts: [String] = []
        while let line = copy.first {
            texts.append(String(decoding: line, as: UTF8.self))
            copy.removeFirst()
        }
        return texts
    }
}
