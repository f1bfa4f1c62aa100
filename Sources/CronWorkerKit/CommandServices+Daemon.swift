import Kernel
import Wire

extension CommandServices {
    /// What a command writes goes to the daemon line by line.
    init(_ daemon: DaemonLink, run: Int64, limit: CommandLimit?) {
        let (control, reports) = (daemon.control, daemon.reports)
        self.init(
            control: { control.isClosed ? nil : control.pollHandle }, onControl: { try daemon.serveControl() },
            reports: reports.pollHandle, flush: { reports.flush() },
            line: { stream, line, cut in
                let text = String(decoding: line, as: UTF8.self)
                let stream: Report.Output.Stream = stream == .output ? .standardOutput : .standardError
                return reports.offer(
                    .output(
                        .init(stream: stream, run: run, text: text, fullLength: cut > 0 ? Int64(line.count + cut) : nil)
                    ))
            },
            dropped: { lines, bytes in reports.send(.outputDropped(.init(lines: Int64(lines), bytes: Int64(bytes)))) },
            limit: limit)
    }
}
