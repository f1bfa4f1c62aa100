import Values

/// The tags of the YAML 1.2 core schema.
enum Tag: String, CaseIterable {
    case str
    case int
    case float
    case bool
    case null
    case seq
    case map

    private static let prefix = "tag:yaml.org,2002:"

    enum Fault: Error {
        case unknown(String)
        case wrongNode(Tag, found: String)
        case wrongText(Tag, String)
        case outOfRange(CoreSchema.Fault, String)
    }

    /// `nil` for the tag `!`, which says "take it as it stands".
    static func parse(_ text: String) throws(Fault) -> Tag? {
        if text == "!" { return nil }
        guard text.hasPrefix(prefix), let tag = Tag(rawValue: String(text.dropFirst(prefix.count))) else {
            throw .unknown(text)
        }
        return tag
    }

    func value(of text: String) throws(Fault) -> Value {
        do throws(CoreSchema.Fault) {
            if let value = try coreValue(of: text) { return value }
        } catch {
            throw .outOfRange(error, text)
        }
        throw isForScalars ? .wrongText(self, text) : .wrongNode(self, found: "a scalar")
    }

    private func coreValue(of text: String) throws(CoreSchema.Fault) -> Value? {
        switch self {
        case .str: .string(text)
        case .int: try CoreSchema.int(text).map { .int($0) }
        case .float: try CoreSchema.double(text).map { .double($0) }
        case .bool: CoreSchema.bool(text).map { .bool($0) }
        case .null: CoreSchema.null(text)
        case .seq, .map: nil
        }
    }

    private var isForScalars: Bool { self != .seq && self != .map }
}

extension Tag.Fault {
    var message: String {
        switch self {
        case .unknown(let text):
            "unknown tag \(PrintableText.quote(Self.shortened(text))); expected none, or one of \(Self.known)"
        case .wrongNode(let tag, let found): "the tag !!\(tag.rawValue) cannot stand before \(found)"
        case .wrongText(let tag, let text): "\(PrintableText.quote(text)) is not what the tag !!\(tag.rawValue) says"
        case .outOfRange(let fault, let text): fault.message(for: text)
        }
    }

    /// Without a word of the text, which may be a secret.
    var discreetMessage: String {
        switch self {
        case .unknown: "an unknown tag; expected quotes around a value that begins with !"
        case .wrongNode: message
        case .wrongText(let tag, _): "a text that is not what its tag !!\(tag.rawValue) says"
        case .outOfRange: "a number out of range; expected quotes around it"
        }
    }

    private static let known = Tag.allCases.map { "!!\($0.rawValue)" }.joined(separator: ", ")

    private static func shortened(_ text: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return text.hasPrefix(prefix) ? "!!" + text.dropFirst(prefix.count) : text
    }
}
