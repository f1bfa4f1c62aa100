/// Names of functions as a compiler of Swift has put them into a program's table.
enum SwiftName {
    /// Longer ones are those of closures in generic functions, and say no more.
    static let longest = 120

    /// As people write it, if it is a name of Swift's.
    static func plain(_ symbol: String) -> String {
        let name =
            symbol.hasPrefix("$s")
            ? demangled(symbol).map { withoutFiles(withoutSpecialization($0)) } ?? symbol : symbol
        return name.count > longest ? name.prefix(longest - 1) + "…" : name
    }

    private static func demangled(_ symbol: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 1_024)
        var size = buffer.count
        guard swiftDemangle(symbol, symbol.utf8.count, &buffer, &size, 0) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// `function signature specialization <Arg[0] = Dead> of name`: what the optimizer has done is not what people look for.
    private static func withoutSpecialization(_ name: String) -> String {
        let words = name.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count > 1, words[1] == "specialization" || words[1] == "signature" else { return name }
        let place = words.indices.dropFirst().first { words[$0] == "of" && words[$0 - 1].last == ">" }
        return place.map { withoutSpecialization(words[($0 + 1)...].joined(separator: " ")) } ?? name
    }

    /// `(perform in _343D1A89DC5AADDD616B6E876B024575)` tells the private function of one file from that of another.
    private static func withoutFiles(_ name: String) -> String {
        var words = name.split(separator: " ", omittingEmptySubsequences: false)
        for index in words.indices.dropFirst().reversed() where words[index - 1] == "in" {
            guard let rest = withoutFile(words[index]), index >= 2 else { continue }
            words.replaceSubrange((index - 2)...index, with: [words[index - 2] + rest])
        }
        return words.joined(separator: " ")
    }

    /// What follows on `_` and 32 digits.
    private static func withoutFile(_ word: Substring) -> Substring? {
        guard word.first == "_", word.dropFirst().prefix(32).allSatisfy(\.isHexDigit), word.count > 33 else {
            return nil
        }
        return word.dropFirst(33)
    }
}

/// Swift's own library has it and declares it in no module. What does not fit into the buffer is cut.
@_silgen_name("swift_demangle")
private func swiftDemangle(
    _ name: UnsafePointer<CChar>, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>,
    _ size: UnsafeMutablePointer<Int>,
    _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?
