import Clocks

/// Writes families and their samples down.
struct MetricsWriter {
    private(set) var bytes: [UInt8] = []
    private let format: MetricsFormat
    /// Labels of all samples, as they are written.
    private let common: [UInt8]
    /// How the samples of the family begin.
    private var name: [UInt8] = []

    init(_ format: MetricsFormat, labels: [MetricsLabel]) {
        self.format = format
        var common: [UInt8] = []
        for label in labels { common += MetricsLabels([(label.name, label.value)]).bytes }
        self.common = common
    }

    mutating func begin(_ family: MetricFamily) {
        let sampleName = family.name + family.suffix
        name = Array(sampleName.utf8)
        let (shown, kind) =
            switch format {
            case .openmetrics: (family.name, family.kind.rawValue)
            case .text: (sampleName, family.kind == .info ? "gauge" : family.kind.rawValue)
            }
        bytes += "# HELP \(shown) \(family.help)\n# TYPE \(shown) \(kind)\n".utf8
    }

    consuming func finish() -> [UInt8] {
        if format == .openmetrics { bytes += "# EOF\n".utf8 }
        return bytes
    }

    // MARK: Samples

    typealias Labels = MetricsLabels

    mutating func sample(_ value: Int64, _ labels: Labels = [], suffix: String = "") {
        begin(labels, suffix)
        bytes += "\(value)".utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func sample(_ isTrue: Bool, _ labels: Labels = []) { sample(isTrue ? 1 : 0, labels) }

    /// A moment since 1970, or a span.
    mutating func sample(microseconds: Int64, _ labels: Labels = [], suffix: String = "") {
        begin(labels, suffix)
        bytes += SecondsText.of(microseconds: microseconds).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func sample(_ span: Nanoseconds, _ labels: Labels = [], suffix: String = "") {
        sample(microseconds: span.wholeMicroseconds, labels, suffix: suffix)
    }

    private mutating func begin(_ labels: Labels, _ suffix: String) {
        bytes += name
        bytes += suffix.utf8
        if !labels.bytes.isEmpty || !common.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels.bytes
            bytes += common
            // Each has a comma after it.
            bytes[bytes.count - 1] = UInt8(ascii: "}")
        }
        bytes.append(UInt8(ascii: " "))
    }
}

/// Labels as they are written: those of a job are so once, and not for each of its samples.
struct MetricsLabels: ExpressibleByArrayLiteral {
    fileprivate(set) var bytes: [UInt8] = []

    init(_ labels: [(String, String)]) { for (name, value) in labels { append(name, value) } }

    init(arrayLiteral labels: (String, String)...) { self.init(labels) }

    func with(_ name: String, _ value: String) -> MetricsLabels {
        var all = self
        all.append(name, value)
        return all
    }

    /// Each has a comma after it.
    private mutating func append(_ name: String, _ value: String) {
        bytes += name.utf8
        bytes += "=\"".utf8
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: bytes.append(byte)
            }
        }
        bytes += "\",".utf8
    }
}

/// A label that all samples have.
package struct MetricsLabel: Hashable, Sendable {
    package let name: String
    package let value: String

    /// Why a label is none.
    package struct Fault: Error, Hashable, Sendable {
        package let description: String
    }

    /// `NAME=VALUE`
    package init(_ text: String) throws(Fault) {
        guard let equals = text.firstIndex(of: "="), Self.isName(text[..<equals]) else {
            throw Fault(description: "expected NAME=VALUE, with a name of letters, digits and _")
        }
        (name, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
        guard !Self.taken.contains(name), !name.hasPrefix("__") else {
            throw Fault(description: "the label '\(name)' is taken")
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    /// By the metrics themselves.
    private static let taken: Set<String> = [
        "entry", "outcome", "state", "result", "class", "reason", "le", "version", "schedule", "kind", "group",
    ]
}

/// Seconds without a floating point.
enum SecondsText {
    /// `1.5`; `60`.
    static func of(microseconds: Int64) -> String {
        let (whole, rest) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let sign = microseconds < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        var digits = String(rest + 1_000_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    /// For the label `le`, which is a floating-point number in OpenMetrics.
    static func bound(microseconds: Int64) -> String {
        let text = of(microseconds: microseconds)
        return text.contains(".") ? text : text + ".0"
    }
}
