/// A regular expression that is searched in a text in time proportional to its length, whatever the expression is
/// (Thompson, "Regular Expression Search Algorithm", 1968). cronsupd-registry(5) has its syntax.
///
/// Not Swift's `Regex`: a worker that links it is larger by 2 MB and 16 KiB of memory of its own.
package struct Pattern: Sendable {
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package static let longest = 256
    /// Steps of the expression when its counted repetitions are written out.
    package static let mostSteps = 2_000
    package static let mostRepetitions = 1_000

    let program: PatternProgram

    package init(_ text: String) throws(Failure) {
        guard text.utf8.count <= Self.longest else {
            throw .init(description: "expected at most \(Self.longest) bytes")
        }
        var parser = PatternParser(text)
        let root = try parser.expression()
        program = try PatternProgram(root, ignoresCase: parser.ignoresCase)
    }

    /// Whether any part of `text` matches. Characters are Unicode scalars.
    package func hasMatch(in text: String) -> Bool {
        var search = PatternSearch(program)
        return search.findsMatch(in: text)
    }
}
