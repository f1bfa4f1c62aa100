package import Values

/// What an entry need not declare: functions of the program that comes with the daemon.
package enum CompanionFunction {
    /// The program's name, as an entry's `source` has it.
    package static let program = "cronnotify"
    /// In the place of a program's path, which is not known before a daemon looks for it. No file has this name.
    package static let path = "<cronnotify>"
    /// Unless an entry has this ID, which is then called.
    package static let ping = EntryID(namespace: "cronsupd", name: "ping") ?? EntryID()
}

extension EntryFunction {
    /// Whether the program that comes with the daemon runs it.
    package var isOfCompanion: Bool {
        if case .swift(_, CompanionFunction.path) = self { true } else { false }
    }
}
