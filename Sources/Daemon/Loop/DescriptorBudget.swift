package import Kernel
import Links
import Model

/// How many jobs fit into the limit of open files.
package enum DescriptorBudget {
    /// Control, report and output pipe.
    private static let perJob = 3
    /// Standard descriptors, epoll, signals, log, service manager, the runtime directory, the books, the registry and its
    /// lock, changes of files, the worker's program; a spawn in progress; the reserve; a reload's files; the control socket.
    private static let own = 47
    /// The journal, and the stream between daemon and ledger while that is started.
    private static let ledger = 5
    /// Clients of the control socket that ask, and those that wait.
    private static let clients = 64
    package static let waitingClients = 256
    /// Where there are few descriptors, clients have what is left by the jobs.
    private static let fewest = 4_096

    /// How many jobs have no room for the sake of the programs that the functions name. Each is open, and during a reload
    /// another one in its place.
    static func jobs(for functions: [EntryFunction]) -> Int {
        (2 * Set(functions.compactMap(\.program)).count + perJob - 1) / perJob
    }

    package static func mostJobs(_ limit: OpenFilesLimit, hasLedger: Bool = false) -> Int {
        let soft = Int(clamping: limit.soft)
        let rest = soft - own - (hasLedger ? ledger : 0) - (soft > fewest ? clients + waitingClients : 0)
        return min(max(0, rest / perJob), Source.mostPlaces)
    }
}

/// Descriptors set aside for what must work when there are no more, such as to read the registry again.
final class DescriptorReserve {
    private var held: [Box<Descriptor>] = []
    private static let size = 8

    func fill() {
        while held.count < Self.size, let null = try? Descriptor.open(updating: "/dev/null") {
            held.append(Box(null))
        }
    }

    func release() { held = [] }
}
