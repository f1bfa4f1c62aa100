import Clocks

/// A command for the shell in words, as far as that is needed to see which programs it names: quotes hold words together,
/// redirections are left out.
enum ShellWords {
    /// Those between `&&`, `||`, `;`, `|`, `&`, brackets and line ends.
    static func parts(of command: String) -> [[String]] {
        var scanner = ByteScanner(command)
        var parts: [[String]] = [[]]
        while let byte = scanner.next {
            if ASCII.isBlank(byte) {
                scanner.skipBlanks()
            } else if skipRedirection(&scanner) {
                continue
            } else if isOperator(byte) {
                scanner.position += 1
                parts.append([])
            } else {
                parts[parts.count - 1].append(takeWord(&scanner))
            }
        }
        return parts.filter { !$0.isEmpty }
    }

    private static func isOperator(_ byte: UInt8) -> Bool { "&|;\n(){}".utf8.contains(byte) }

    /// `2>&1`, `>> file`.
    private static func skipRedirection(_ scanner: inout ByteScanner) -> Bool {
        let start = scanner.position
        scanner.skip(while: ASCII.isDigit)
        guard scanner.isAt(">") || scanner.isAt("<") else {
            scanner.position = start
            return false
        }
        scanner.skip { "<>&|".utf8.contains($0) }
        scanner.skipBlanks()
        _ = takeWord(&scanner)
        return true
    }

    /// As it stands, with its quotes.
    private static func takeWord(_ scanner: inout ByteScanner) -> String {
        let start = scanner.position
        var quote: UInt8?
        while let byte = scanner.next {
            if let open = quote {
                if byte == open { quote = nil }
            } else if ASCII.isBlank(byte) || isOperator(byte) || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "<")
            {
                break
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "\\"), scanner.position + 1 < scanner.bytes.count {
                scanner.position += 1
            }
            scanner.position += 1
        }
        return scanner.text(since: start)
    }
}
