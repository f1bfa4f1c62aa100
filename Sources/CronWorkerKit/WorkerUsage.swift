import Kernel
import Wire

/// What `--help` prints.
enum WorkerUsage {
    private static let usualWidth = 80
    /// Narrower than that nothing can be read.
    private static let leastWidth = 20

    static var text: String {
        let options = WorkerOption.all.map(\.name).filter { $0.hasPrefix("--") }.joined(separator: " | ")
        let name = CronWorker.name
        return """
            USAGE: \(name) FUNCTION INTERVAL | SCHEDULE
                   \(name) \(options)

            \(wrapped(description))
            To run an entry: cronsupd --run ENTRY_ID

            """
    }

    private static let description = """
        Calls the job function of a registry entry at each slot and reports to its daemon. cronsupd starts one for each \
        job. In a terminal it calls a function of its catalog, without an entry, writes its reports to the standard \
        output, takes 'run' and 'ping token=1' from the standard input, and ends with it (Ctrl+D).
        """

    /// As wide as COLUMNS says.
    private static func wrapped(_ text: String) -> String {
        let width = ThisProcess.environment("COLUMNS").flatMap { Int($0) } ?? usualWidth
        var (result, column) = ("", 0)
        for word in text.split(separator: " ") {
            if column > 0, column + 1 + word.utf8.count > max(width, leastWidth) {
                result += "\n"
                column = 0
            } else if column > 0 {
                result += " "
                column += 1
            }
            result += word
            column += word.utf8.count
        }
        return result
    }
}
