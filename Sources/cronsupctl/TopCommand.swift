import ArgumentParser
import Clocks
import Crontool
import Host
import Kernel

struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows what the workers of a running cronsupd use, again and again.",
        discussion: """
            CPU is of one processor, since the look before. Where a worker has a control group of its own, that is asked; else \
            all processes that descend from it are added up. Exit codes: 3 no cronsupd is running.
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("From look to look.", valueName: "duration"))
    var every = "2s"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("So many looks; without an end, if it is not given.", valueName: "n"))
    var count: Int?

    @Option(help: ArgumentHelp("By what they are put in order.", valueName: "order"))
    var sort = TopRows.Order.cpu

    @OptionGroup var table: TableOptions

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        _ = try WatchOptions.interval(every, "--every")
        if let count, count < 1 { throw ValidationError("--count \(count): expected a number from 1") }
    }

    func run() throws {
        let interval = try WatchOptions.interval(every, "--every")
        var rows = TopRows()
        func look() throws {
            let (jobs, _) = try StatusQuery(try daemon.connect()).jobs([])
            rows.look(jobs, at: Clock.moment(), by: sort)
        }
        // What they use is seen at the second look.
        try look()
        var poll = Poll()
        try poll.wait(interval)
        try WatchLoop.run(every: interval, rounds: count) {
            try look()
            return table.json ? rows.json : try rows.table(table.layout)
        }
    }
}

extension TopRows.Order: ExpressibleByArgument {}
