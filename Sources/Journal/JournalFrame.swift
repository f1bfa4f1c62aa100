import Values

/// One record in the journal: numbers, and after them texts. What they say is not the journal's concern.
package struct JournalFrame: Sendable {
    package typealias Words = [32 of Int64]

    package private(set) var words = Words(repeating: 0)
    /// How many of them are used.
    package private(set) var count = 0
    package private(set) var texts: [String] = []

    package static let mostTexts = 8
    /// Of one text, in bytes. A longer one is cut at a character.
    package static let longestText = 4_096

    package init() {}

    /// The one with the index `count` has this value. At most 32 are added.
    package mutating func append(_ word: Int64) {
        words[count] = word
        count += 1
    }

    package mutating func append(_ text: String) {
        precondition(texts.count < Self.mostTexts, "too many texts in a record")
        texts.append(String(text[...].beginning(bytes: Self.longestText)))
    }
}
