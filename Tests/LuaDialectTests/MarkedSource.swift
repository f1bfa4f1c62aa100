import LuaDialect
import Testing

func plain(_ source: String) -> String {
    String(decoding: LuaDialect.plain(Array(source.utf8)), as: UTF8.self)
}

/// A source in which `«…»` stand around what is to be blanked.
struct MarkedSource {
    private(set) var annotated = ""
    private(set) var expected = ""

    init(_ marked: String) {
        var isBlanked = false
        for scalar in marked.unicodeScalars {
            switch scalar {
            case "«": isBlanked = true
            case "»": isBlanked = false
            default: add(scalar, isBlanked: isBlanked)
            }
        }
    }

    private mutating func add(_ scalar: Unicode.Scalar, isBlanked: Bool) {
        annotated.unicodeScalars.append(scalar)
        if isBlanked, scalar != "\n", scalar != "\r" {
            expected += String(repeating: " ", count: String(scalar).utf8.count)
        } else {
            expected.unicodeScalars.append(scalar)
        }
    }
}

/// What stands between `«` and `»` becomes blank, and nothing else.
func check(_ marked: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let source = MarkedSource(marked)
    #expect(plain(source.annotated) == source.expected, sourceLocation: sourceLocation)
}

/// Whether all of `source` is read: a fault in it would leave an annotation after it as it is.
func isReadWhole(_ source: [UInt8]) -> Bool {
    let probe = Array("\nlocal probe: T".utf8)
    return LuaDialect.plain(source + probe).suffix(3) == Array(": T".utf8.map { _ in UInt8(ascii: " ") })[...]
}
