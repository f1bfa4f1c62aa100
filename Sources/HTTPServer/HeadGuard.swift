/// Looks at the bytes of a request's head before they are parsed. Two programs that read one head differently are how a request is
/// smuggled past a proxy: whatever can be read in two ways is refused. It knows lines and the names of three headers, and nothing
/// else of HTTP.
package enum HeadGuard {
    package enum Verdict: Hashable, Sendable {
        /// It has not come to its end.
        case incomplete
        case complete
        case refused(status: Int, reason: String)
    }

    /// In bytes.
    package static let longest = 8 * 1_024
    private static let mostLines = 100

    /// `bytes`: what has come so far.
    package static func judge(_ bytes: ArraySlice<UInt8>) -> Verdict {
        var (lines, start) = (Lines(), bytes.startIndex)
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard end > start, bytes[end - 1] == UInt8(ascii: "\r") else { return .refused("a line ends without CR") }
            let line = bytes[start..<(end - 1)]
            if line.isEmpty { return lines.count == 0 ? .refused("an empty line at the beginning") : .complete }
            if let reason = lines.take(line) { return .refused(reason) }
            start = end + 1
        }
        if let reason = faults(bytes[start...], atEnd: false) { return .refused(reason) }
        guard bytes.count < longest, lines.count < mostLines else {
            return .refused(status: 431, reason: "the head is longer than \(longest) bytes or \(mostLines) lines")
        }
        return .incomplete
    }

    /// Of a line; or of the beginning of one, which may end with a CR.
    private static func faults(_ line: ArraySlice<UInt8>, atEnd: Bool) -> String? {
        for index in line.indices {
            let isLast = index == line.index(before: line.endIndex)
            switch line[index] {
            case UInt8(ascii: "\r") where atEnd || !isLast: return "a CR within a line"
            case 0: return "a zero in the head"
            default: break
            }
        }
        return nil
    }

    private struct Lines {
        var count = 0
        private var hosts = 0
        private var lengths = 0

        /// Returns why it is refused.
        mutating func take(_ line: ArraySlice<UInt8>) -> String? {
            defer { count += 1 }
            if let fault = HeadGuard.faults(line, atEnd: true) { return fault }
            guard let first = line.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\t") else {
                return "a line that goes on with the one before"
            }
            return count == 0 ? nil : header(line)
        }

        private mutating func header(_ line: ArraySlice<UInt8>) -> String? {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                return "a header without a name"
            }
            let name = line[..<colon]
            guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "a header's name with a space" }
            switch String(decoding: name, as: UTF8.self).lowercased() {
            case "host": hosts += 1
            case "content-length": lengths += 1
            // With it a body has two lengths, or one that a proxy may not see. No browser sends it.
            case "transfer-encoding": return "Transfer-Encoding; expected Content-Length"
            default: break
            }
            if hosts > 1 { return "two Host headers" }
            return lengths > 1 ? "two Content-Length headers" : nil
        }
    }
}

extension HeadGuard.Verdict {
    fileprivate static func refused(_ reason: String) -> Self { .refused(status: 400, reason: reason) }
}
