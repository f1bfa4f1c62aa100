import Clocks
import Host
import Kernel
import Links
import Model
import Supervision
import Turns
import Values
import Wire

/// The socket through which clients ask the daemon about its jobs and tell it what to do. All of them together take a bounded part of
/// each round of the loop, and none is waited for.
final class ControlSocket {
    private let loop: PollLoop
    let machine: Machine
    let pool: WorkerPool
    var rights: ControlRights
    /// Who is at the other end.
    var identify: (borrowing Descriptor) throws(SystemError) -> Peer = { socket throws(SystemError) in
        try Peer(of: socket)
    }
    private let directory: String
    unowned let desk: any ControlDesk
    private var listener: Box<ListeningSocket>?
    private(set) var connections: [Connection?] = []
    private var generation: UInt32 = 0
    private var budget = RoundBudget()
    /// When `advance` has something to do.
    private(set) var deadline = MonotonicInstant.distantFuture
    private var listensAgain = MonotonicInstant.distantFuture
    let limits: ControlLimits

    /// So many are accepted in one round.
    private static let acceptedAtOnce = 16
    /// Where the machine is short of descriptors.
    private static let pause = Nanoseconds.seconds(1)
    /// So much is put together at a time for a client that reads.
    private static let portion = 8 * 1_024

    /// `directory`: the daemon's runtime directory.
    init(
        _ pool: WorkerPool, _ rights: ControlRights, in directory: String, _ desk: any ControlDesk,
        limits: ControlLimits, machine: Machine
    ) throws(SystemError) {
        (self.pool, self.rights, self.directory, self.desk) = (pool, rights, directory, desk)
        (loop, self.machine, self.limits) = (pool.loop, machine, limits)
        try listen()
        pool.manualRuns = self
    }

    private func listen() throws(SystemError) {
        try PrivateDirectory.open(directory).setReachable(rights.areShared)
        let mode: UInt32 = rights.areShared ? 0o666 : 0o600
        let listener = Box(try ListeningSocket(RuntimePlace.controlSocket, in: directory, mode: mode))
        try loop.poller.add(listener.value.descriptor, token: EventToken.control.packed, for: .read)
        self.listener = listener
    }

    /// Makes it anew if somebody has removed it.
    func restore() {
        guard let old = listener, !FileSystem.exists(old.value.path), FileSystem.isDirectory(directory) else { return }
        loop.poller.remove(old.value.descriptor)
        listener = nil
        try? listen()
    }

    /// At a planned end. Who waits is told so.
    func close() {
        for connection in connections.compactMap(\.self) {
            if connection.waits { tell(.refused(.init(.stopping, "cronsupd stops")), connection) }
            var last = RoundBudget()
            _ = connection.flush(&last, at: machine.now)
            drop(connection)
        }
        guard let listener else { return }
        loop.poller.remove(listener.value.descriptor)
        try? FileSystem.remove(listener.value.path)
        self.listener = nil
    }

    var clientCount: Int { connections.count { $0 != nil } }

    // MARK: The loop

    /// To be called once in each round.
    func advance(at now: MonotonicInstant) {
        budget = RoundBudget()
        guard now >= deadline else { return }
        finishPauses()
        if now >= listensAgain { resume() }
        for connection in connections.compactMap(\.self) where connection.deadline <= now { drop(connection) }
        deadline = connections.compactMap { $0.map { min($0.deadline, $0.pauseDeadline) } }.reduce(listensAgain, min)
    }

    /// Something is to be done in the next round.
    func hurry() { deadline = machine.now }

    private func resume() {
        listensAgain = .distantFuture
        guard let listener else { return }
        try? loop.poller.modify(listener.value.descriptor, token: EventToken.control.packed, for: .read)
    }

    func handle(client place: Int, generation: UInt32) {
        guard place < connections.count, let connection = connections[place],
            connection.source.generation == generation
        else { return }
        if connection.listens { connection.receive(at: machine.now) }
        serve(connection)
    }

    // MARK: Those who come

    func accept() {
        guard let listener else { return }
        do throws(SystemError) {
            for _ in 0..<Self.acceptedAtOnce {
                guard let socket = try listener.value.accept() else { return }
                try admit(socket)
            }
        } catch {
            // The kernel would tell of those who wait in every round.
            try? loop.poller.modify(listener.value.descriptor, token: EventToken.control.packed, for: [])
            listensAgain = machine.now + Self.pause
            deadline = min(deadline, listensAgain)
        }
    }

    private func admit(_ socket: consuming Descriptor) throws(SystemError) {
        let peer = try identify(socket)
        let right = rights.right(of: peer)
        guard right > .none else { return refuse(socket, .denied, "user \(peer.user) may not ask this cronsupd") }
        guard makeRoom(for: peer) else { return refuse(socket, .limit, "too many are connected") }
        let place = connections.firstIndex { $0 == nil } ?? connections.count
        generation &+= 1
        let source = EventToken.client(place, generation: generation).source
        let connection = Connection(socket, peer, right, source, at: machine.now)
        if place == connections.count { connections.append(connection) } else { connections[place] = connection }
        do throws(SystemError) {
            try connection.watch(loop.poller)
        } catch {
            connections[place] = nil
            throw error
        }
        tell(.greeting(greeting), connection)
        serve(connection)
    }

    private var greeting: ControlAnswer.Greeting {
        .init(program: ControlVersion.text, pid: Int64(ThisProcess.id), registry: desk.registryPath)
    }

    private func refuse(_ socket: consuming Descriptor, _ code: ControlAnswer.Refused.Code, _ error: String) {
        _ = try? socket.write(ControlAnswer.refused(.init(code, error)).encoded())
    }

    /// The oldest idle one of whom there are too many gives way.
    private func makeRoom(for peer: Peer) -> Bool {
        switch limits.room(for: peer, among: connections.compactMap(\.self).filter { !$0.waits }, rights) {
        case .free: break
        case .instead(let oldest): drop(oldest)
        case .none: return false
        }
        return true
    }

    private func drop(_ connection: Connection) {
        connection.close(loop.poller)
        let place = connection.source.place
        if connections[place] === connection { connections[place] = nil }
    }

    // MARK: Those who are there

    func tell(_ answer: ControlAnswer, _ connection: Connection) {
        connection.tell(answer, at: machine.now)
        budget.lines -= 1
    }

    /// Goes on with what the client has asked for, as far as it reads and as this round allows.
    func serve(_ connection: Connection) {
        while !connection.isOver, step(connection) {}
        if !connection.isOver {
            do throws(SystemError) { try connection.renewWatch(loop.poller) } catch { connection.end() }
        }
        if connection.isOver { return drop(connection) }
        deadline = min(deadline, connection.deadline, connection.pauseDeadline)
    }

    /// Returns whether there is more to do now.
    private func step(_ connection: Connection) -> Bool {
        if connection.hasOutput {
            return connection.flush(&budget, at: machine.now) && !connection.isOver
        }
        guard !budget.isUsedUp, !connection.waits else { return false }
        switch connection.work {
        case .status(let cursor):
            fill(connection, cursor)
            return true
        case .slots(let cursor):
            fill(connection, cursor)
            return true
        case .metrics(let cursor):
            fill(connection, cursor)
            return true
        case .none, .reload, .run, .end, .pause: break
        }
        if connection.isTooLong {
            let error = "longer than \(WireFormat.longestMessage) bytes"
            connection.tellLast(.refused(.init(.malformed, error)), at: machine.now)
            return true
        }
        guard let line = connection.takeLine(at: machine.now) else { return false }
        answer(line, connection)
        return true
    }

    private func fill(_ connection: Connection, _ start: StatusCursor) {
        var cursor = start
        let moment = machine.moment()
        while budget.lines > 0, connection.outputSize < Self.portion {
            guard let status = cursor.advance(pool, at: moment) else {
                connection.work = .none
                return tell(.done(.init(count: cursor.count, disabled: desk.disabledCount)), connection)
            }
            tell(.job(status), connection)
        }
        connection.work = .status(cursor)
    }

    private func fill(_ connection: Connection, _ start: MetricsCursor) {
        var cursor = start
        let moment = machine.moment()
        while budget.lines > 0, connection.outputSize < Self.portion {
            guard let answer = cursor.advance(pool, desk.metrics, at: moment) else {
                connection.work = .none
                return tell(.done(.init(count: cursor.count, disabled: desk.disabledCount)), connection)
            }
            tell(answer, connection)
        }
        connection.work = .metrics(cursor)
    }

    private func fill(_ connection: Connection, _ start: SlotCursor) {
        var cursor = start
        let moment = machine.moment()
        while budget.lines > 0, connection.outputSize < Self.portion {
            guard let slot = cursor.advance(pool, at: moment) else {
                connection.work = .none
                return tell(.done(.init()), connection)
            }
            tell(.slot(at: slot), connection)
        }
        connection.work = .slots(cursor)
    }
}
