/// What the user has to mend: on the command line, or in a line of input.
package struct InputFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// Lines that point to the place, for a terminal; or empty.
    package let excerpt: String

    package init(_ description: String, excerpt: String = "") {
        (self.description, self.excerpt) = (description, excerpt)
    }
}
