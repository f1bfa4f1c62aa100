import Values

/// Why the rest of a file was not read.
struct ReadingFault: Error {
    /// What the fault is in, and where that begins.
    struct Setting {
        var words: String
        var place: UInt32
    }

    var place: UInt32
    var message: String
    var setting: Setting?

    func message(in source: SourceText) -> String {
        guard let setting else { return message }
        let start = source.location(of: Int(setting.place))
        return "\(message) (in \(setting.words) that begins at \(start.line):\(start.column))"
    }
}
