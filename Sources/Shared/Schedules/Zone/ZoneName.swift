/// A time zone's name and the file that its rules come from.
package struct ZoneName: Hashable, Sendable {
    /// `Europe/Riga`
    package let name: String
    package let file: String

    package init(name: String, file: String) { (self.name, self.file) = (name, file) }
}
