import Clocks
import Kernel
import Links
import SQLiteStore
import Values
import Wire

/// Answers questions on a thread of its own. Each answer is read, and put together, before the next question is looked at; what takes
/// long is done on another thread.
final class QuestionServer {
    private let loop: PollLoop
    private let listener: Box<ListeningSocket>
    private let rights: ControlRights
    private let desk: LedgerDesk
    private let path: String
    private let size: Int64
    private var clients: [QuestionClient?] = []
    private var generation = UInt32(0)
    private var answers: LedgerAnswers?
    private var opened = 0
    private let longWork: LongWork
    private var listensAgain = MonotonicInstant.distantFuture

    static let socketName = "ledger.sock"
    /// Those who ask. An answer is in memory until it is read.
    private static let limits = ConnectionLimits(most: 48)
    /// Those who follow what comes: they count apart, and do not give way.
    private static let followerLimits = ConnectionLimits(most: 24, ofOneUser: 8)
    /// Where the machine is short of descriptors.
    private static let pause = Nanoseconds.seconds(1)

    private enum Kind {
        static let listener = Source(kind: 1)
        static let longWork = Source(kind: 2)
        static let client = UInt8(3)
        static let news = Source(kind: 4)
    }

    /// `path`: of the database.
    static func start(_ options: LedgerOptions, _ path: String, _ desk: LedgerDesk) throws(SystemError) {
        guard let runtime = options.runtime else { return }
        try BackgroundThread.start {
            do {
                try QuestionServer(options, path, in: runtime, desk).run()
            } catch {
                StandardDescriptors.writeError("cronledger: \(error)\n")
            }
        }
    }

    private init(_ options: LedgerOptions, _ path: String, in runtime: String, _ desk: LedgerDesk) throws {
        rights = try ControlRights(operators: options.operators, observers: options.observers)
        listener = Box(try ListeningSocket(Self.socketName, in: runtime, mode: rights.areShared ? 0o666 : 0o600))
        loop = try PollLoop()
        (self.path, self.desk, size) = (path, desk, options.size)
        longWork = try LongWork(path, desk)
        try loop.poller.add(listener.value.descriptor, token: Kind.listener.packed, for: .read)
        try longWork.watch(loop.poller, token: Kind.longWork.packed)
        try desk.watchNews(loop.poller, token: Kind.news.packed)
    }

    // MARK: The loop

    private func run() throws(SystemError) {
        if desk.board.wantsCheck { longWork.checkQuietly() }
        while !desk.board.isOver {
            try loop.turn(until: deadline) { source throws(SystemError) in try self.handle(source) }
            let now = Clock.monotonic()
            for client in clients.compactMap(\.self) where client.deadline <= now { drop(client) }
            if now >= listensAgain { try listen() }
        }
    }

    private var deadline: MonotonicInstant {
        clients.compactMap { $0?.deadline }.reduce(listensAgain, min)
    }

    private func handle(_ source: Source) throws(SystemError) {
        switch source {
        case Kind.listener: accept()
        case Kind.longWork: deliver()
        case Kind.news:
            desk.silenceNews()
            for client in clients.compactMap(\.self) where client.following != nil { serve(client) }
        default:
            guard source.place < clients.count, let client = clients[source.place],
                client.source.generation == source.generation
            else { return }
            client.receive(at: Clock.monotonic())
            serve(client)
        }
    }

    private func listen() throws(SystemError) {
        listensAgain = .distantFuture
        try loop.poller.modify(listener.value.descriptor, token: Kind.listener.packed, for: .read)
    }

    // MARK: Clients

    private func accept() {
        do throws(SystemError) {
            while let socket = try listener.value.accept() { try admit(socket) }
        } catch {
            // The kernel would tell of those who wait in every round.
            try? loop.poller.modify(listener.value.descriptor, token: Kind.listener.packed, for: [])
            listensAgain = Clock.monotonic() + Self.pause
        }
    }

    private func admit(_ socket: consuming Descriptor) throws(SystemError) {
        let peer = try Peer(of: socket)
        let right = rights.right(of: peer)
        guard right > .none else { return refuse(socket, .denied, "user \(peer.user) may not ask this ledger") }
        guard makeRoom(for: peer) else { return refuse(socket, .limit, "too many are connected") }
        let place = clients.firstIndex { $0 == nil } ?? clients.count
        generation &+= 1
        let source = Source(kind: Kind.client, place: place, generation: generation)
        let client = QuestionClient(socket, peer, right, source, at: Clock.monotonic())
        if place == clients.count { clients.append(client) } else { clients[place] = client }
        try client.watch(loop.poller)
        client.tell(.greeting(.init(program: LedgerVersion.text, pid: Int64(ThisProcess.id), path: path)))
        serve(client)
    }

    private func refuse(_ socket: consuming Descriptor, _ code: ControlAnswer.Refused.Code, _ error: String) {
        _ = try? socket.write(LedgerAnswer.refused(.init(code, error)).encoded())
    }

    private func makeRoom(for peer: Peer) -> Bool {
        let asking = clients.compactMap(\.self).filter { $0.following == nil }
        switch Self.limits.room(for: peer, among: asking, rights) {
        case .free: break
        case .instead(let oldest): drop(oldest)
        case .none: return false
        }
        return true
    }

    private func drop(_ client: QuestionClient) {
        client.close(loop.poller)
        if clients[client.source.place] === client { clients[client.source.place] = nil }
        if client.following != nil { countFollowers() }
    }

    // MARK: Questions

    private func serve(_ client: QuestionClient) {
        while !client.isOver, client.flush(at: Clock.monotonic()), !client.waits {
            if client.following != nil {
                guard goOn(client) else { break }
            } else {
                guard let line = client.takeLine() else { break }
                answer(line, client)
            }
        }
        if client.isOver { return drop(client) }
        do throws(SystemError) { try client.renewWatch(loop.poller) } catch { drop(client) }
    }

    private func answer(_ line: [UInt8], _ client: QuestionClient) {
        do throws(WireError) {
            let question = try line.span.withUnsafeBytes { bytes throws(WireError) in
                try LedgerQuestion.decode(bytes)
            }
            answer(question, client)
        } catch {
            let code: ControlAnswer.Refused.Code
            if case .unknownVerb = error { code = .unsupported } else { code = .malformed }
            client.tell(.refused(.init(code, "\(error)")))
        }
    }

    private func answer(_ question: LedgerQuestion, _ client: QuestionClient) {
        guard client.right == .all || question.isAboutOutcomes else {
            return client.tell(.refused(.init(.denied, "you may ask for outcomes and times alone")))
        }
        switch question {
        case .check, .backup, .prune, .forget:
            if case .forget(let forget) = question, let refusal = refusal(of: forget) { return client.tell(refusal) }
            client.waits = true
            longWork.begin(question, for: client.source, client.peer)
        case .history, .slots, .events, .output, .status: read(question, client)
        }
    }

    /// `nil`: there is what is to be erased, or nobody knows.
    private func refusal(of forget: LedgerQuestion.Forget) -> LedgerAnswer? {
        guard let answers = openAnswers() else { return nil }
        takeAll()
        return answers.refusal(of: forget.run, forget.entry)
    }

    private func read(_ question: LedgerQuestion, _ client: QuestionClient) {
        guard let answers = openAnswers() else {
            if question == .status { return client.tell(LedgerAnswers.status(nil, desk.board, path, limit: size)) }
            return client.tell(.refused(.init(.ledger, desk.board.trouble ?? "the ledger is not open")))
        }
        if question == .status { return client.tell(LedgerAnswers.status(answers, desk.board, path, limit: size)) }
        takeAll()
        if let following = Following(question) { return begin(following, client) }
        answers.answer(question, showsTexts: client.right == .all) { client.tell($0) }
        if let damage = answers.damage { desk.ask(.damaged(damage)) }
    }

    // MARK: Those who follow

    private func begin(_ following: Following, _ client: QuestionClient) {
        let others = clients.compactMap { $0?.following == nil ? nil : $0?.peer }
        if let refusal = Self.followerLimits.refusal(of: client.peer, among: others, rights) {
            return client.tell(.refused(.init(.limit, refusal)))
        }
        client.following = following
        countFollowers()
    }

    private func countFollowers() { desk.set(hasFollowers: clients.contains { $0?.following != nil }) }

    /// Tells what has come since, after all that was told is gone. Returns `false` if that is nothing.
    private func goOn(_ client: QuestionClient) -> Bool {
        // With the next commit.
        guard let following = client.following, let answers = openAnswers() else { return false }
        var count = 0
        client.following = answers.goOn(following, showsTexts: client.right == .all) { answer in
            count += 1
            client.tell(answer)
        }
        if client.following == nil { countFollowers() }
        if let damage = answers.damage { desk.ask(.damaged(damage)) }
        return count > 0
    }

    /// Who has waited for a run sees it. Where the database cannot be written to, what it has is answered all the same.
    private func takeAll() {
        guard desk.board.trouble == nil else { return }
        let reply = LedgerDesk.Reply()
        desk.ask(.takeAll(reply))
        _ = reply.wait(for: Self.patience)
    }

    /// In seconds.
    private static let patience = 1

    /// Of the database that is open now.
    private func openAnswers() -> LedgerAnswers? {
        let board = desk.board
        if answers?.damage == nil, opened == board.opened, answers != nil { return answers }
        guard board.opened > 0 else { return nil }
        answers = try? LedgerAnswers(path, board.tails)
        opened = board.opened
        return answers
    }

    private func deliver() {
        for result in longWork.takeResults() {
            guard let client = clients[result.client.place], client.source == result.client else { continue }
            client.waits = false
            if let file = result.file {
                client.send(file)
            } else {
                for answer in result.answers { client.tell(answer) }
            }
            serve(client)
        }
    }
}
