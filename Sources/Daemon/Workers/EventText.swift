import Clocks
import Kernel
import Model
import Supervision
import Turns
import Values

/// What functions are told of jobs: what the supervision says, and what is known beside it.
struct EventText {
    /// Of this daemon's runs, and of no other's.
    private let life: String
    private let host: String
    /// The registry's path.
    private let registry: String

    /// In bytes: what a run has written last, for a ping and for all others.
    static let longestPinged = RunWords.longest
    static let longestOutput = 2_048

    /// `booksID`: of the books, which outlive the daemon; `nil`: there are none, and runs are numbered anew.
    init(booksID: UInt64?, registry: String) {
        self.registry = registry
        let boot = (try? BootIdentity.current()) ?? ""
        life = "\(boot) \(booksID.map { "\($0)" } ?? "\(ThisProcess.id) \(Clock.wall().nanoseconds)")"
        host =
            (try? ProcFile.text("/proc/sys/kernel/hostname", limit: 64)).map {
                String($0.prefix { !$0.isWhitespace })
            } ?? ""
    }

    /// The event as JSON; `nil`: it has a text that JSON cannot have.
    func json(of event: Value.Map, for job: Job, at now: Moment) -> String? {
        var fields = zip(event.keys, event.values).map { ($0.0, $0.1) }
        let (entry, run) = (job.definition.id, event["run"]?.int)
        let isPing = event["url"] != nil
        if isPing, let run { fields.append(("rid", .string(runID(entry, run)))) }
        let next = job.nextSlot(at: now)
        if let next { fields.append(("next", .string(CivilTime(next).millisecondsText))) }
        fields.append(("message", .string(EventMessage(event, job.definition, next: next, now).text)))
        fields += [("host", .string(host)), ("registry", .string(registry))]
        if event["outcome"] != nil, let run, let words = job.words?.text(of: run) {
            let most = isPing ? Self.longestPinged : Self.longestOutput
            fields.append(("output", .string(words.ending(bytes: most))))
        }
        return try? JSONCoding.text(of: .map(Value.Map(fields)))
    }

    /// Of a run of an entry, the same in each event of it: a UUID (RFC 9562, version 8).
    func runID(_ entry: EntryID, _ run: Int64) -> String {
        let text = "\(life) \(entry) \(run)"
        let high = StableHash.of(text, salt: 1) & ~0xF000 | 0x8000
        let low = StableHash.of(text, salt: 2) & ~(3 << 62) | 1 << 63
        let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
        let ends = [8, 12, 16, 20, 32]
        return zip([0] + ends, ends).map { String(digits[$0..<$1].map { Character(Unicode.Scalar($0)) }) }
            .joined(separator: "-")
    }

    private static func hexadecimal(_ number: UInt64) -> [UInt8] {
        (0..<16).map { index in
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * index) & 15)
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}

/// The last that a run of a job has written, for those who are told of it.
final class RunWords {
    private var run = Int64(0)
    private var bytes: [UInt8] = []

    /// In bytes.
    static let longest = 10_000

    func append(_ line: String, run: Int64) {
        if run != self.run { (self.run, bytes) = (run, []) }
        bytes += line.utf8
        bytes.append(UInt8(ascii: "\n"))
        // Not at each line.
        if bytes.count > 2 * Self.longest { bytes.removeFirst(bytes.count - Self.longest) }
    }

    /// `nil`: it has written nothing.
    func text(of run: Int64) -> String? {
        run == self.run && !bytes.isEmpty ? String(decoding: bytes.suffix(Self.longest), as: UTF8.self) : nil
    }
}

extension String {
    /// As much of its end as fits, whole characters.
    fileprivate func ending(bytes most: Int) -> String {
        guard utf8.count > most else { return self }
        var start = utf8.index(utf8.endIndex, offsetBy: -most)
        while start < utf8.endIndex, utf8[start] & 0xC0 == 0x80 { utf8.formIndex(after: &start) }
        return String(self[start...])
    }
}
