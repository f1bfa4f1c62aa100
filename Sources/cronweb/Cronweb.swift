import ArgumentParser
import Crontool
import HTTPServer
import Host
import Kernel
import Metrics
import Web

/// The command line of `cronweb`.
struct Cronweb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cronweb",
        abstract: "Shows the jobs of a running cronsupd in a browser.",
        discussion: """
            Runs in the foreground until SIGTERM or SIGINT. It asks cronsupd and its ledger as any other client does: what it \
            may see is what its user may.
            Exit codes: 0 done; 100 the command line is wrong; 111 the system failed.

            Examples:
              cronweb
              cronweb --listen unix:/run/cronweb/http.sock --host jobs.example.org
              cronweb --listen 0.0.0.0:8023 --host jobs.example.org --token-file /etc/cronsupd/web.token
            """,
        version: "cronweb \(ProgramVersion.text)")

    @Option(
        help: ArgumentHelp("Where it listens: ADDRESS:PORT in numbers, or unix:PATH.", valueName: "address"))
    var listen = "127.0.0.1:8023"

    @Option(
        help: ArgumentHelp(
            "A name by which browsers call it, besides its address. May be repeated.", valueName: "name"))
    var host: [String] = []

    @Flag(help: "Let visitors run, pause, resume, cancel, restart and reset jobs, and reload the registry.")
    var actions = false

    @Option(
        help: ArgumentHelp("A file with a token, without which nothing is shown.", valueName: "path"),
        completion: .file())
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "On /metrics so many jobs have series of their own; of more, those alone that fail, are late or are paused.",
            valueName: "n"))
    var metricsJobs = MetricsText.usualJobs

    @Option(
        help: ArgumentHelp(
            """
            The registry of the daemon that is shown. (default: /etc/cronsupd, or that of the only one that is running)
            """, valueName: "path"),
        completion: .file())
    var registry: String?

    @Option(
        help: ArgumentHelp(
            "Where that daemon has its --runtime-directory. (default: one of the usual places)", valueName: "path"),
        completion: .directory)
    var runtimeDirectory: String?

    func validate() throws {
        if metricsJobs < 0 { throw ValidationError("--metrics-jobs \(metricsJobs); expected 0 or more") }
        if host.contains(where: { $0.isEmpty || $0.contains(":") && !$0.hasPrefix("[") }) {
            throw ValidationError("--host: expected a name without a port")
        }
    }
}
