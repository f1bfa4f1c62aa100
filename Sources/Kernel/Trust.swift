internal import CLinux
internal import Glibc

/// Whose writing a process with root's rights takes for configuration, or runs: root's, and that of users who were named.
///
/// | what root comes by on the way                 | it counts as written by somebody else                          |
/// |-----------------------------------------------|----------------------------------------------------------------|
/// | a file or directory                           | if its owner is not trusted                                    |
/// | one that its group or others may write        | always, but for the next two rows                              |
/// | the same on a read-only mount                 | no: whatever the mode, nobody writes there                     |
/// | a sticky directory                            | no: what is in it is its owner's, who must be trusted          |
/// | one whose access list lets somebody write     | if one of these is a group, or a user who is not trusted       |
/// | a link                                        | as its directory; in a sticky one, as its owner                |
///
/// Other processes can harm nobody but their own user, and are not asked (decision 0031).
package struct Trust: Hashable, Sendable {
    /// Besides root; `nil`: nothing is asked.
    private let others: [UInt32]?

    private init(others: [UInt32]?) { self.others = others }

    package init(besidesRoot others: [UInt32]) { self.init(others: others) }

    /// For who runs nothing of what is read, or was told not to ask (`--offline`).
    package static var unasked: Trust { Trust(others: nil) }

    var isAsked: Bool { others != nil && geteuid() == 0 }

    func includes(_ user: UInt32) -> Bool {
        if user == 0 { return true }
        for other in others ?? [] where other == user { return true }
        return false
    }

    // MARK: What is wrong with a file

    /// In words, with the place and what allows it; `nil`: all who can write it are trusted.
    func flaw(of file: borrowing Descriptor, _ rights: FileRights, at path: String) -> String? {
        guard includes(rights.owner) else { return owned(by: rights.owner, path) }
        guard rights.groupWrites || rights.othersWrite, !rights.isSticky, !FileRights.isReadOnly(file) else {
            return nil
        }
        if rights.othersWrite { return open(to: "others", rights, path) }
        // With an access list, the group's bits are the most that any of the list may do.
        guard let list = AccessList(of: file) else { return open(to: "group \(rights.group)", rights, path) }
        return list.flaw(self, at: path)
    }

    func owned(by owner: UInt32, _ path: String) -> String {
        "'\(path)' is owned by uid \(owner); expected \(names): chown it, or start with --trust-owner \(owner)"
    }

    private func open(to whom: String, _ rights: FileRights, _ path: String) -> String {
        "'\(path)' has mode \(rights.text), so that \(whom) can write to it; expected its owner alone: chmod go-w, "
            + "or mount it read-only"
    }

    private var names: String {
        var names = "root"
        for other in others ?? [] { names += " or uid \(other)" }
        return names
    }

    // MARK: For other processes

    private static var unaskedText: String { "any" }

    /// For a process that has no names of users: numbers with commas between; empty: root alone.
    package var text: String {
        if others == nil { return Self.unaskedText }
        var text = ""
        for other in others ?? [] { text += text.isEmpty ? "\(other)" : ",\(other)" }
        return text
    }

    /// What is no number trusts nobody.
    package init(text: String) {
        if text == Self.unaskedText {
            self.init(others: nil)
            return
        }
        var others: [UInt32] = []
        for part in text.split(separator: ",") { if let number = UInt32(part) { others.append(number) } }
        self.init(others: others)
    }
}
