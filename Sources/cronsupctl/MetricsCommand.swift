import ArgumentParser
import Crontool
import Host
import Kernel
import Metrics

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Prints what is measured of a running cronsupd and its jobs, for Prometheus and others.",
        discussion: """
            Without a cronsupd that answers, all that is printed is 'cronsupd_up 0'. Exit codes: 1 cronsupd refuses; 3 no cronsupd is \
            running; 111 it does not answer.
            """)

    @Option(
        help: ArgumentHelp(
            "The file that is replaced, in one step, instead of the standard output: for the textfile collector of node_exporter.",
            valueName: "file"), completion: .file(extensions: ["prom"]))
    var output: String?

    @Option(help: ArgumentHelp("How it is written.", valueName: "format"))
    var format = MetricsFormat.text

    @Option(
        help: ArgumentHelp(
            "So many jobs have series of their own; of more, those alone that fail, are late or are paused.",
            valueName: "n"))
    var metricsJobs = MetricsText.usualJobs

    @Option(
        help: ArgumentHelp(
            "A label of all series, to tell several daemons of a machine apart. May be repeated.",
            valueName: "name=value"), transform: MetricsCommand.label)
    var label: [MetricsLabel] = []

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        if metricsJobs < 0 { throw ValidationError("--metrics-jobs \(metricsJobs); expected 0 or more") }
        if Set(label.map(\.name)).count < label.count { throw ValidationError("--label: two of one name") }
    }

    private static func label(_ text: String) throws -> MetricsLabel {
        do throws(MetricsLabel.Fault) { return try MetricsLabel(text) } catch {
            throw ValidationError("--label '\(text)': \(error.description)")
        }
    }

    func run() throws {
        let (snapshot, failure) = try look()
        try publish(MetricsText.of(snapshot, format, labels: label, mostJobs: metricsJobs))
        if let failure { throw failure }
    }

    /// That nobody answers is worth a line of its own: a file with the values of before would look as if all were well.
    private func look() throws -> (MetricsSnapshot, DaemonFailure?) {
        do throws(DaemonFailure) {
            return (try MetricsSnapshot(daemon.reach()), nil)
        } catch {
            guard error.isPassing else { throw error }
            return (MetricsSnapshot(), error)
        }
    }

    private func publish(_ text: [UInt8]) throws(SystemError) {
        if let output {
            try PublishedFile.replace(output, with: text)
        } else {
            try StandardDescriptors.writeOutput(text)
        }
    }
}

extension MetricsFormat: ExpressibleByArgument {}
