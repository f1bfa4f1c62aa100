import Clocks
import Kernel
import Links
import Values

/// Talks to the service manager that started the daemon, if one did (sd_notify(3), systemd.service(5) `Type=notify-reload`).
final class ServiceManager {
    private let socket: Box<NotifySocket>?
    private let watchdogInterval: Nanoseconds?
    /// When the next sign of life is due.
    private(set) var watchdogDeadline = MonotonicInstant.distantFuture
    private var status = ""
    /// Why the registry in force is not the one that a reload has found last; `nil`: it is.
    private var failure: String?

    /// What it hands to the daemon in the environment, and to the daemon alone: a worker that answered for it would hide its
    /// death.
    static let variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

    init(at now: MonotonicInstant) {
        socket = ThisProcess.environment("NOTIFY_SOCKET").flatMap { try? Box(NotifySocket(path: $0)) }
        watchdogInterval = socket == nil ? nil : Self.watchdogInterval()
        if let watchdogInterval { watchdogDeadline = now + watchdogInterval }
    }

    /// Half of what the manager allows, as sd_watchdog_enabled(3) recommends.
    private static func watchdogInterval() -> Nanoseconds? {
        if let pid = ThisProcess.environment("WATCHDOG_PID"), ProcessID(pid) != ThisProcess.id { return nil }
        guard let microseconds = ThisProcess.environment("WATCHDOG_USEC").flatMap({ Int64($0) }), microseconds > 0,
            microseconds < .max / 1_000
        else { return nil }
        return Nanoseconds(microseconds * 500)
    }

    func ready() { send("READY=1") }

    func reloading(at now: MonotonicInstant) {
        send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1_000)")
    }

    func stopping() { send("STOPPING=1") }

    /// A reload is over. `failure`: why it has changed nothing.
    func reloaded(at now: WallInstant, failure: String? = nil) {
        self.failure = failure.map { text in
            "; reload failed at \(CivilTime(now).millisecondsText): \(PrintableText.escape(text, limit: Self.longestFailure))"
        }
    }

    /// The registry was refused at the start, and another one runs.
    func refused(because reason: String, runs moment: String) {
        let reason = PrintableText.escape(reason, limit: Self.longestFailure)
        failure = "; registry refused, running the one of \(moment): \(reason)"
    }

    /// What people read of it in one line.
    private static let longestFailure = 300

    /// One line for people, sent when it changes.
    func setStatus(_ text: @autoclosure () -> String) {
        guard socket != nil else { return }
        let text = text() + (failure ?? "")
        guard text != status else { return }
        status = text
        send("STATUS=\(text)")
    }

    /// To be called from the loop, so that a loop that hangs is noticed.
    func beat(at now: MonotonicInstant) {
        guard let watchdogInterval, now >= watchdogDeadline else { return }
        watchdogDeadline = now + watchdogInterval
        send("WATCHDOG=1")
    }

    private func send(_ text: String) { socket?.value.send(text) }
}
