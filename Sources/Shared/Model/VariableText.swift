import Values

/// A text with `${NAME}` in it, which stands for the value of a variable.
package enum VariableText {
    package struct Failure: Error, Hashable, Sendable {
        package let message: String
    }

    /// The text with all values in their places; the last variable of a name counts. No error shows a value.
    package static func filled(_ text: String, from variables: [ExecCommand.Variable]) throws(Failure) -> String {
        try filled(text) { name in variables.last { $0.name == name }?.value }
    }

    package static func filled(_ text: String, value: (String) -> String?) throws(Failure) -> String {
        var (result, rest) = (String.UnicodeScalarView(), text.unicodeScalars[...])
        while let scalar = rest.popFirst() {
            guard scalar == "$", rest.first == "{" else {
                result.append(scalar)
                continue
            }
            rest.removeFirst()
            guard let end = rest.firstIndex(of: "}") else {
                throw Failure(message: "a '${' without a '}' after it; expected as in ${NAME}")
            }
            let name = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            guard let value = value(name), !value.isEmpty else {
                throw Failure(
                    message: "no value for ${\(PrintableText.escape(name))}; expected the variable in the entry's "
                        + "environment_file or environment")
            }
            result.append(contentsOf: value.unicodeScalars)
        }
        return String(result)
    }

    /// Whether there is a variable in it.
    package static func isNeeded(by text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.dropLast().contains {
            bytes[$0] == UInt8(ascii: "$") && bytes[$0 + 1] == UInt8(ascii: "{")
        }
    }
}

/// What is wrong with a URL.
package enum URLText {
    /// `nil`: nothing that can be seen. It is not in the message, since it may be a secret.
    package static func fault(of url: String) -> String? {
        guard
            let rest = ["https://", "http://"].lazy.compactMap({ url.hasPrefix($0) ? url.dropFirst($0.count) : nil })
                .first
        else { return "expected a URL that begins with https:// or http://" }
        guard let first = rest.utf8.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "?") else {
            return "a URL without a host; expected as in https://hc-ping.com/UUID"
        }
        // What is outside of ASCII is written with %.
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return "a URL with a blank or another character that none has; expected it as %20 and so on" }
        return nil
    }
}
