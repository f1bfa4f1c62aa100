package import Jobs
import Kernel
import Model
import Values

/// Hands the event's message to the machine's mail system, as cron does: to `/usr/sbin/sendmail -t`, or what `sendmail` names.
@Sendable
package func email(_ context: JobContext) throws -> JobResult {
    let program = try NotifySettings.text("sendmail", context) ?? "/usr/sbin/sendmail"
    let (to, from) = (try NotifySettings.texts("to", context), try NotifySettings.text("from", context))
    guard !to.isEmpty else { throw JobError("the entry has no 'to'; expected an address") }
    let message = MailText.of(NotifyEvent(context), to: to, from: from)
    let output = try Tool(program, ["-oi", "-t"]).run(Array(message.utf8), patience: NotifySettings.maxTime(context))
    guard output.status == .exited(code: 0) else {
        let why = output.error.isEmpty ? output.output : output.error
        throw JobError("\(program): \(output.status)" + (why.isEmpty ? "" : ": \(Tool.line(why))"))
    }
    return "sent"
}

/// A message as mail systems take it (RFC 5322, RFC 2045).
package enum MailText {
    package static func of(_ event: NotifyEvent, to: [String], from: String?) -> String {
        var lines = ["To: " + to.map(header).joined(separator: ", ")]
        if let from { lines.append("From: \(header(from))") }
        lines += [
            "Subject: \(subject(event))", "Auto-Submitted: auto-generated", "X-Cronsupd-Event: \(header(event.name))",
            "X-Cronsupd-Entry: \(header(event.entry))",
        ]
        // Those of an incident stand together.
        if let incident = event.value["incident"]?.int {
            let host = event.host.isEmpty ? "localhost" : event.host
            let entry = event.entry.split(separator: ":").joined(separator: ".")
            lines.append("References: <\(entry).\(incident)@\(header(host))>")
        }
        lines += [
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "",
        ]
        return lines.joined(separator: "\n") + "\n" + QuotedPrintable.text(of: body(event)) + "\n"
    }

    private static func body(_ event: NotifyEvent) -> String {
        var text = event.message + "\n"
        if let output = event.output { text += "\n\(output)\n" }
        let keys = ["host", "registry", "slot", "first_failure", "next", "run", "attempt", "duration_us", "incident"]
        let rest = keys.compactMap { key in event.value[key]?.scalarText.map { "\(key): \($0)" } }
        return rest.isEmpty ? text : text + "\n-- \n" + rest.joined(separator: "\n") + "\n"
    }

    private static func subject(_ event: NotifyEvent) -> String {
        let host = event.host.isEmpty ? "" : "[\(event.host)] "
        let text = host + String(event.message.prefix(150))
        if text.unicodeScalars.allSatisfy({ $0.isASCII && $0.value >= 0x20 && $0.value < 0x7F }) { return text }
        return QuotedPrintable.words(of: text)
    }

    /// A line end would begin another header.
    private static func header(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}

/// Texts in the characters that each mail system lets through.
package enum QuotedPrintable {
    private static let longestLine = 76

    /// Lines of at most 76 characters, with `=` at the end of those that go on.
    package static func text(of text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }.joined(separator: "\n")
    }

    private static func line(_ line: Substring) -> String {
        var (result, width) = ("", 0)
        let bytes = Array(line.utf8)
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let isPlain = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=") || byte == 0x20 && !isLast
            // A line with nothing but a dot, or one that begins like a new message, is left alone by no system.
            let isRisky = width == 0 && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "F"))
            let piece = isPlain && !isRisky ? String(Unicode.Scalar(byte)) : "=\(hexadecimal(byte))"
            if width + piece.utf8.count > longestLine - 1 {
                result += "=\n"
                width = 0
            }
            result += piece
            width += piece.utf8.count
        }
        return result
    }

    /// Encoded words for a header (RFC 2047), each with whole characters.
    package static func words(of text: String) -> String {
        var (words, word) = ([String](), "")
        for scalar in text.unicodeScalars {
            let piece = String(scalar).utf8.map { byte in
                let isPlain =
                    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                    || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                return isPlain ? String(Unicode.Scalar(byte)) : "=\(hexadecimal(byte))"
            }.joined()
            if word.utf8.count + piece.utf8.count > 60 {
                words.append(word)
                word = ""
            }
            word += piece
        }
        return (words + [word]).map { "=?utf-8?Q?\($0)?=" }.joined(separator: "\n ")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
    }
}
