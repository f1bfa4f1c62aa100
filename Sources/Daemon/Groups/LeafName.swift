import Kernel
import Model
import Values

/// The names of the workers' groups.
enum LeafName {
    /// An ID has nothing in it that a file name may not have, but may be longer than one; then a hash stands for its rest. None
    /// is the name of one of the kernel's own files, since there is a colon in it. `serial`: another for each worker.
    /// `leaves`: what is left in it goes on.
    static func of(_ entry: EntryID, serial: UInt64, leaves: Bool = false) -> String {
        "\(stem(entry)).\(serial)" + (leaves ? leaveMark : "")
    }

    /// At the end of the names of groups whose leftovers go on: the next daemon is to know that too.
    private static let leaveMark = "~leave"

    static func leaves(_ leaf: ControlGroup) -> Bool { leaf.name.hasSuffix(leaveMark) }

    /// What the names of all groups of the entry's workers begin with, and of no others.
    static func stem(_ entry: EntryID) -> String {
        let text = entry.description
        guard text.utf8.count > longest else { return text }
        return "\(text.prefix(longest - 17))~\(RegistryKey.of(text))"
    }

    /// Without the serial number.
    static func stem(ofLeaf name: Substring) -> String {
        String(name.lastIndex(of: ".").map { name[..<$0] } ?? name)
    }

    /// With a serial number of 20 digits it still fits into the 255 bytes of a file's name.
    private static let longest = 200
}
