import Glibc
import Kernel
import Schedules
import TestSupport
import Testing

/// What Debian's own `crontab -n` (package cron) accepts and refuses, we do too, but for the differences of
/// docs/SCHEDULES.md.
@Suite("Debian's crontab", .serialized)
struct DebianTests {
    /// Where we differ on purpose: `id` stands in the table of docs/SCHEDULES.md, with the first example.
    struct Difference: Sendable {
        let id: String
        /// What our message says; `nil`: we accept it.
        let message: String?
        let examples: [String]
        /// Both accept it, and read it in different ways.
        var isMeaning = false
    }

    static let differences = [
        Difference(
            id: "wrap", message: "ends before it begins",
            examples: ["0 22-2 * * *", "0 0 * * sat-sun", "0 0 * jun-jan *", "0 0 * * 7-1"]),
        Difference(
            id: "step", message: "has the step",
            examples: ["*/60 * * * *", "0 */24 * * *", "5-10/70 * * * *", "*/4294967297 * * * *"]),
        Difference(id: "never", message: "never comes", examples: ["0 0 30 2 *", "0 0 31 2,4 *"]),
        Difference(
            id: "rest", message: "expected",
            examples: [
                "*5 * * * *", "** * * * *", "*-5 * * * *", "1-5-7 * * * *", "5* * * * *", "*/2-5 * * * *",
                "1-5/2/3 * * * *",
            ]),
        Difference(id: "overflow", message: "is no value", examples: ["4294967297 * * * *"]),
        Difference(id: "random", message: "use H(a-b)", examples: ["0~5 * * * *", "0-59~ * * * *"]),
        Difference(id: "six-fields", message: "has six fields", examples: ["0 0 * * * 5", "0 5 * * * mon"]),
        Difference(id: "many-fields", message: "fields; expected 5", examples: ["0 0 * * * 5 5"]),
        Difference(id: "nickname-words", message: "is no nickname", examples: ["@daily 5"]),
        Difference(
            id: "start-step", message: nil, examples: ["5/15 * * * *", "0 0 * jan/2 *", "0 0 * * 0/2"]),
        Difference(
            id: "extensions", message: nil,
            examples: ["0 0 L * *", "0 0 L-3 * *", "0 0 LW * *", "0 0 15W * *", "0 0 * * 5L", "H H * * *", "0 0 1 H *"]),
        Difference(id: "nth", message: nil, examples: ["0 0 * * sun#2", "0 0 * * 5#1"], isMeaning: true),
        Difference(id: "nickname-case", message: nil, examples: ["@DAILY", "@Hourly"]),
    ]

    static let isInstalled = FileSystem.isExecutable(Crontab.path)
    static let need: Comment = "needs crontab (package cron), with which expressions are compared"

    @Test(
        "agrees on two thousand generated expressions, but for the known differences",
        .enabled(if: isInstalled, need))
    func generated() throws {
        var grammar = ExpressionGrammar(seed: 20_260_329)
        let expressions = (0..<2_000).map { _ in grammar.expression() }
        let theirs = try Crontab.refused(expressions)
        #expect((400...1_600).contains(theirs.count), "the grammar makes both good ones and bad ones")
        var counts: [String: Int] = [:]
        for (index, text) in expressions.enumerated() {
            let ours = failure(text)
            if (ours == nil) != theirs.contains(index) { continue }
            guard let difference = Self.difference(text, ours) else {
                Issue.record("'\(text)': \(ours.map(\.message) ?? "accepted") here, the opposite there")
                continue
            }
            counts[difference, default: 0] += 1
        }
        #expect(counts.count >= 6, "\(counts)")
    }

    @Test("differs in each of the examples of the table", .enabled(if: isInstalled, need))
    func examples() throws {
        for difference in Self.differences {
            let theirs = try Crontab.refused(difference.examples)
            for (index, text) in difference.examples.enumerated() {
                let ours = failure(text)
                #expect((ours == nil) == (difference.message == nil), "'\(text)'")
                #expect(theirs.contains(index) == (difference.message == nil && !difference.isMeaning), "'\(text)'")
                if !difference.isMeaning { #expect(Self.difference(text, ours) == difference.id, "'\(text)'") }
            }
        }
    }

    @Test("differs in what the document says, and in nothing else")
    func document() throws {
        let path = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/docs/SCHEDULES.md"
        let text = String(
            decoding: try #require(try FileSystem.contents(of: path, limit: 1 << 20)).bytes, as: UTF8.self)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("` | ") }
        let ids = rows.compactMap { row -> Substring? in
            let cells = row.split(separator: "|")
            return cells.count == 4 ? cells[0].drop { $0 == " " || $0 == "`" }.prefix { $0 != "`" } : nil
        }
        #expect(Set(ids) == Set(Self.differences.map { Substring($0.id) }))
        for difference in Self.differences {
            let row = rows.first { $0.hasPrefix("| `\(difference.id)` |") }
            #expect(row?.contains("`\(difference.examples[0])`") == true, "\(difference.id)")
        }
    }

    /// Which of the differences it is.
    private static func difference(_ text: String, _ ours: CronFailure?) -> String? {
        let words = text.split { $0 == " " || $0 == "\t" }
        guard let ours else { return accepted(words) }
        if words.count == 5, words.contains(where: { $0.split(separator: ",").contains(where: hasRest) }) {
            return ours.message.contains("use H(a-b)") ? "random" : "rest"
        }
        // Debian's cron takes a number modulo two to the 32nd.
        if words[0].utf8.count > 9, words[0].allSatisfy(\.isNumber) { return "overflow" }
        return differences.first { $0.id != "rest" && ours.message.contains($0.message ?? "-") }?.id
    }

    /// Whether something follows a complete element. Debian's cron ignores it.
    private static func hasRest(_ element: Substring) -> Bool {
        func afterNumber(_ text: Substring) -> Substring { text.drop { $0.isNumber || $0.isLetter } }
        var rest = element.first == "*" ? element.dropFirst() : afterNumber(element)
        if element.first != "*", rest.first == "-" { rest = afterNumber(rest.dropFirst()) }
        if rest.first == "/" { rest = afterNumber(rest.dropFirst()) }
        return !rest.isEmpty
    }

    private static func accepted(_ words: [Substring]) -> String? {
        if words.count == 1 { return words[0] == words[0].lowercased() ? nil : "nickname-case" }
        let elements = words.flatMap { $0.lowercased().split(separator: ",") }
        let isExtended =
            elements.contains { $0.first == "h" } || words[2].lowercased().contains { "lw".contains($0) }
            || words[4].lowercased().split(separator: ",").contains { $0.last == "l" }
        if isExtended { return "extensions" }
        let isStepped = elements.contains { $0.contains("/") && !$0.contains("-") && $0.first != "*" }
        return isStepped ? "start-step" : nil
    }
}

/// Debian's program, asked about many expressions at once.
private enum Crontab {
    static let path = "/usr/bin/crontab"

    /// The numbers of the expressions that it refuses. It stops at the first bad line and says which that was, so that
    /// it is asked once more about those after it, a few at a time.
    static func refused(_ expressions: [String]) throws -> Set<Int> {
        var template = Array("/tmp/cronsupd-crontab-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        close(descriptor)
        let file = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(file) }
        var (refused, start): (Set<Int>, Int) = ([], 0)
        while start < expressions.count {
            let some = expressions[start...].prefix(20)
            let first = try firstRefused(some, file)
            if let first { refused.insert(start + first) }
            start += first.map { $0 + 1 } ?? some.count
        }
        return refused
    }

    private static func firstRefused(_ expressions: ArraySlice<String>, _ file: String) throws -> Int? {
        // It is one line short where it has not read to the end of the line: a comment stands between any two.
        try Descriptor.create(file).writeAll(Array(expressions.map { $0 + " true\n#\n" }.joined().utf8))
        let stream = try #require(popen("LC_ALL=C \(path) -n \(file) 2>&1", "r"))
        var output = ""
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            output += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let status = pclose(stream)
        // "/tmp/x":5: bad minute
        let message = output.split(separator: "\n").first { $0.hasPrefix("\"\(file)\":") }
        guard status != 0 else { return nil }
        guard let line = message.flatMap({ Int($0.split(separator: ":")[1]) }) else {
            throw Recording.Failure(message: "crontab says '\(output)'")
        }
        return line / 2
    }
}

/// Expressions of which about half are good: well-formed ones, and such in which a slip of the hand was made.
private struct ExpressionGrammar {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func any(_ words: [String]) -> String { words.randomElement(using: &generator)! }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func expression() -> String {
        if chance(4) {
            return any(["@daily", "@hourly", "@weekly", "@DAILY", "@dayly", "@", "@yearly", "@monthly", "@Hourly"])
        }
        let fields = [
            field(0...59, []), field(0...23, []), field(1...31, []),
            field(1...12, ["jan", "Feb", "MAR", "apr", "jun", "dec"]),
            field(0...7, ["sun", "Mon", "TUE", "fri", "sat"]),
        ]
        var text = fields.joined(separator: any([" ", " ", " ", "  ", "\t"]))
        if chance(35) { text = mutated(text) }
        return text
    }

    private mutating func field(_ range: ClosedRange<Int>, _ names: [String]) -> String {
        (0...(chance(20) ? number(1...2) : 0)).map { _ in element(range, names) }.joined(separator: ",")
    }

    private mutating func element(_ range: ClosedRange<Int>, _ names: [String]) -> String {
        switch number(0...99) {
        case 0..<40: return "*"
        case 40..<50: return "*/\(step(range))"
        case 50..<56 where !names.isEmpty: return any(names)
        case 50..<75: return value(range)
        case 75..<78: return "\(value(range))/\(step(range))"
        case 78..<79: return any(["L", "15W", "LW", "H", "5L", "fri#2", "0~5", "?", "L-2"])
        default:
            let low = number(range)
            let text = "\(low)-\(chance(90) ? number(low...range.upperBound) : number(range))"
            return chance(30) ? "\(text)/\(step(range))" : text
        }
    }

    private mutating func value(_ range: ClosedRange<Int>) -> String {
        chance(97) ? "\(number(range))" : "\(number(0...range.upperBound + 2))"
    }

    private mutating func step(_ range: ClosedRange<Int>) -> Int {
        chance(95) ? number(1...range.upperBound) : number(0...range.upperBound + 2)
    }

    /// With one character too much, too few, or another one.
    private mutating func mutated(_ text: String) -> String {
        var characters = Array(text)
        let place = number(0...characters.count - 1)
        let other = Array("0123456789*/-, ~xLWn")[number(0...19)]
        switch number(0...2) {
        case 0: characters.insert(other, at: place)
        case 1: characters.remove(at: place)
        default: characters[place] = other
        }
        // Blanks in front are none of the expression's, and a line of something else is none of cron's.
        let mutated = String(String(characters).drop { $0 == " " || $0 == "\t" })
        return mutated.isEmpty || mutated.contains("=") ? text : mutated
    }
}
