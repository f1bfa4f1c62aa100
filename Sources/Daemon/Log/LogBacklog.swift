/// Lines that wait for the log's reader, within a bound.
struct LogBacklog {
    /// How many lines were given up.
    struct Loss: Hashable {
        var lines = [Int](repeating: 0, count: LogSink.Rank.allCases.count)

        var total: Int { lines.reduce(0, +) }

        var fields: LogFields {
            var fields: LogFields = ["lines": .number(total)]
            for (key, rank) in [("output", LogSink.Rank.output), ("ticks", .tick), ("records", .record)] {
                let count = lines[rank.rawValue]
                if count > 0 { fields.add(key, .number(count)) }
            }
            return fields
        }
    }

    private struct Line {
        let number: Int
        let bytes: [UInt8]
    }

    /// A queue for each rank; `number` tells the order over all of them.
    private var queues = [Queue](repeating: Queue(), count: LogSink.Rank.allCases.count)
    private var nextNumber = 0
    private var size = 0
    private let capacity: Int
    private var loss = Loss()
    /// Since the beginning.
    private(set) var dropped = Loss()

    init(capacity: Int) { self.capacity = capacity }

    /// No line is without a byte.
    var isEmpty: Bool { size == 0 }

    /// The oldest line.
    var first: [UInt8]? { oldestQueue.flatMap { queues[$0].first?.bytes } }

    mutating func append(_ bytes: [UInt8], _ rank: LogSink.Rank) {
        queues[rank.rawValue].append(Line(number: nextNumber, bytes: bytes))
        nextNumber += 1
        size += bytes.count
        while size > capacity, let victim = queues.firstIndex(where: { !$0.isEmpty }) {
            size -= queues[victim].removeFirst().bytes.count
            lose(victim)
        }
    }

    mutating func removeFirst() {
        if let queue = oldestQueue { size -= queues[queue].removeFirst().bytes.count }
    }

    private mutating func lose(_ queue: Int) {
        loss.lines[queue] += 1
        dropped.lines[queue] += 1
    }

    /// What was given up since the last call; `nil` if nothing was.
    mutating func takeLoss() -> Loss? {
        defer { loss = Loss() }
        return loss.total > 0 ? loss : nil
    }

    /// All that still waits is lost as well.
    mutating func giveUp() -> Loss {
        for index in queues.indices {
            while !queues[index].isEmpty {
                size -= queues[index].removeFirst().bytes.count
                lose(index)
            }
        }
        return loss
    }

    private var oldestQueue: Int? {
        queues.indices.compactMap { index in queues[index].first.map { (index, $0.number) } }.min { $0.1 < $1.1 }?.0
    }

    /// First in, first out, without moving the others at each step.
    private struct Queue {
        private var lines: [Line] = []
        private var head = 0

        var isEmpty: Bool { head == lines.count }
        var first: Line? { isEmpty ? nil : lines[head] }

        mutating func append(_ line: Line) { lines.append(line) }

        mutating func removeFirst() -> Line {
            defer {
                head += 1
                if head * 2 > lines.count {
                    lines.removeFirst(head)
                    head = 0
                }
            }
            return lines[head]
        }
    }
}
