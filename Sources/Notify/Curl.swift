import Clocks
import Jobs
import Kernel
import Model
import Values

/// Requests by the program curl, which gets all that may be secret on its standard input.
enum Curl {
    struct Request {
        var url: String
        var maxTime: Nanoseconds
        /// `nil`: it has none, and is a GET.
        var body: String?
        var contentType = "application/json"
        var headers: [String] = []
        var caFile: String?
        var proxy: String?

        init(url: String, maxTime: Nanoseconds) { (self.url, self.maxTime) = (url, maxTime) }
    }

    /// An answer's text that is shown.
    private static let longestAnswer = 200
    private static let program = "curl"

    /// `secrets`: no error shows any of them.
    static func send(_ request: Request, secrets: [String]) throws {
        let config = Array(CurlConfig.text(of: request).utf8)
        let output = try Tool(program, ["--disable", "--config", "-"]).run(
            config, patience: request.maxTime + .seconds(2))
        let answer = Answer(output.output)
        let detail = hidden(output.error, secrets)
        guard output.status == .exited(code: 0) else {
            throw JobError(detail.isEmpty ? "curl ended with \(output.status)" : detail)
        }
        guard (200..<300).contains(answer.code) else {
            let text = hidden(answer.text, secrets)
            let message = "HTTP \(answer.code)" + (text.isEmpty ? "" : ": \(text)")
            // Another attempt would be answered alike.
            let isFinal = (400..<500).contains(answer.code) && answer.code != 408 && answer.code != 429
            throw JobError(message, isRetryable: isFinal ? false : nil)
        }
    }

    /// One line, as long as one reads.
    private static func hidden(_ text: String, _ secrets: [String]) -> String {
        var line = Tool.line(text)
        for secret in secrets where !secret.isEmpty {
            line = line.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
        }
        return String(line.prefix(longestAnswer))
    }

    /// The body, and the code in a line after it.
    private struct Answer {
        let text: String
        let code: Int

        init(_ output: String) {
            let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
            code = lines.last.flatMap { Int($0) } ?? 0
            text = lines.dropLast().joined(separator: "\n")
        }
    }
}

/// What a request says to curl.
enum CurlConfig {
    static func text(of request: Curl.Request) -> String {
        var lines = [
            "url = \(quoted(request.url))", "silent", "show-error", "globoff", "proto = \"=http,https\"",
            "max-time = \(seconds(request.maxTime))", "max-filesize = 65536", "user-agent = \"cronnotify\"",
            "write-out = \"\\n%{http_code}\"",
        ]
        if let body = request.body {
            lines += ["data-raw = \(quoted(body))", "header = \(quoted("Content-Type: \(request.contentType)"))"]
            // It would wait for an answer before it sends a long one.
            lines.append("header = \"Expect:\"")
        }
        lines += request.headers.map { "header = \(quoted($0))" }
        if let file = request.caFile { lines.append("cacert = \(quoted(file))") }
        if let proxy = request.proxy { lines.append("proxy = \(quoted(proxy))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// curl knows these escapes and no others; a NUL would end the text.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            case "\0": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func seconds(_ time: Nanoseconds) -> String {
        let milliseconds = max(1, time.count / 1_000_000)
        let rest = String(1_000 + milliseconds % 1_000).dropFirst()
        return "\(milliseconds / 1_000).\(rest)"
    }
}
