/// Looks at the first word of every command of a crontab without a column of users: if all of them are names of users and of
/// no program, there is such a column. A word that is both decides nothing.
struct CommandCensus {
    private var first: (user: String, line: Int, column: Int)?
    private var hasOther = false
    private var programs: [String: Bool] = [:]

    /// A line that shows that it is the system's format.
    var systemFormat: (user: String, line: Int, column: Int)? { hasOther ? nil : first }

    mutating func count(
        _ command: String, _ line: Int, _ column: Int, path: String, users: inout CrontabUsers, _ host: CrontabHost
    ) {
        guard !hasOther else { return }
        let word = String(command.prefix { $0 != " " && $0 != "\t" })
        guard users[word] != nil else {
            hasOther = true
            return
        }
        if !isProgram(word, path, host), first == nil { first = (word, line, column) }
    }

    private mutating func isProgram(_ word: String, _ path: String, _ host: CrontabHost) -> Bool {
        let key = "\(word)\0\(path)"
        if let known = programs[key] { return known }
        let found = host.hasProgram(word, path)
        programs[key] = found
        return found
    }
}
