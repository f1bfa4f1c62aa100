import Glibc
import Kernel
import Testing

/// A PID namespace with a daemon in it, which is not its PID 1: others outlive it there, and can be given the number of a
/// process that is gone.
struct ProcessNamespace {
    static let need: Comment = "needs the right to create PID namespaces, and a kernel with ns_last_pid"
    static let isAvailable =
        Namespaces.areAvailable && access(lastPID, F_OK) == 0 && access("/usr/bin/nsenter", X_OK) == 0
    private static let lastPID = "/proc/sys/kernel/ns_last_pid"

    /// The command that made the namespace: with it everything in there ends.
    let creator: DaemonProcess
    private let scene: Scene

    /// Starts a daemon in a namespace of its own. The process IDs in its log are those of the namespace.
    init(_ scene: Scene, _ arguments: [String] = [], worker: String = Binaries.faultWorker) throws {
        self.scene = scene
        let keeper = ["/bin/sh", "-c", "\"$@\"; exec sleep 600", "sh"]
        creator = try scene.start(arguments, worker: worker, wrapper: Namespaces.newProcessNamespace + keeper)
    }

    /// What a process of the namespace is called out here.
    func outside(_ id: ProcessID) -> ProcessID? {
        scene.cage.processes.first {
            let numbers = Proc.status($0, "NSpid")?.split(separator: " ") ?? []
            return numbers.count > 1 && numbers.last.flatMap { ProcessID($0) } == id
        }
    }

    /// Sends a signal to a process of the namespace.
    func signal(_ id: ProcessID, _ number: Int32) throws {
        let pid = try #require(outside(id), "no process \(id)")
        kill(pid, number)
    }

    /// The daemon, by its number in the namespace.
    func daemon() throws -> ProcessID {
        try creator.wait(for: "Scheduler started")
        return ProcessID(try #require(creator.log.records.first).number("pid"))
    }

    /// Starts a process with the number `id`, which must be nobody's, as the leader of a session and a group of its own.
    func stranger(taking id: ProcessID) throws {
        let first = try #require(outside(1))
        let command = "echo \(id - 1) > \(Self.lastPID); setsid sleep 600 & echo $!"
        try wait("a stranger is \(id)", within: 10) {
            let start = try scene.run(
                ["--target", "\(first)", "--pid", "--mount", "/bin/sh", "-c", command], program: "/usr/bin/nsenter")
            guard let taken = ProcessID(start.output.trimmedLine) else { throw Failure("nsenter: \(start.errors)") }
            if taken != id { try signal(taken, SIGKILL) }
            return taken == id
        }
        try wait("it leads a group") { outside(id).map { getpgid($0) == $0 } ?? false }
    }

    func end() throws {
        creator.signal(SIGKILL)
        _ = try creator.waitForExit()
    }
}

extension String {
    fileprivate var trimmedLine: String { String(prefix { !$0.isNewline }) }
}
