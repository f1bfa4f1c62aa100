import Clocks
import Kernel
import Links
import Model
import Wire

/// Asks the workers' programs for all that a registry names, one question after the other, without waiting for an answer.
final class FunctionInquiry {
    private enum Question {
        case catalog(path: String?, WorkerProgram)
        case checks([LuaFunction])
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let programs: WorkerPrograms
    private let registry: SharedRegistry
    private let machine: Machine
    private var questions: [Question] = []
    private var answers = FunctionAnswers()
    // Of the current question, which is the first.
    private(set) var query: ProgramQuery?
    private var catalog = FunctionCatalog()
    private var checked = 0
    private var version = ""

    /// When it gives up waiting.
    private(set) var deadline = MonotonicInstant.distantFuture

    /// From one answer to the next.
    private static let timeout = Nanoseconds.seconds(5)

    init(
        about functions: [EntryFunction], _ programs: WorkerPrograms, _ registry: SharedRegistry,
        _ machine: Machine = Machine()
    ) {
        (self.programs, self.registry, self.machine) = (programs, registry, machine)
        var paths: Set<String?> = []
        var seen: Set<LuaFunction> = []
        // The standard program runs all but those that have their own.
        for path in [nil] + functions.map(\.program) where paths.insert(path).inserted {
            questions.append(.catalog(path: path, programs.program(at: path)))
        }
        let checks = functions.compactMap(\.luaFunction).filter { seen.insert($0).inserted }
        // Those of a file follow each other, so that it is loaded once.
        if !checks.isEmpty { questions.append(.checks(checks.sorted { $0.file < $1.file })) }
    }

    /// Takes what has come, and asks on. Returns all answers when there are no more questions.
    func advance(at now: MonotonicInstant) throws -> FunctionAnswers? {
        while let question = questions.first {
            if query == nil, try !ask(question) { continue }
            guard let query else { break }
            let isComplete = query.receive { take($0, question, at: now) }
            guard isComplete || now >= deadline else { return nil }
            try conclude(question, isComplete: isComplete)
        }
        deadline = .distantFuture
        return answers
    }

    /// Gives up. Returns the process whose exit is still to be collected.
    @discardableResult
    func cancel() -> ProcessID? {
        defer { query = nil }
        query?.kill()
        return query?.pid
    }

    /// Waits for the answers, before there is a loop to wait in.
    ///
    /// - Throws: `StartInterrupted` as soon as one of the signals comes that stop the daemon. They must be blocked.
    static func wait(
        about functions: [EntryFunction], _ programs: WorkerPrograms, _ registry: SharedRegistry
    ) throws -> FunctionAnswers {
        let signals = try SignalQueue([.terminate, .interrupt])
        let inquiry = FunctionInquiry(about: functions, programs, registry)
        inquiry.collects = true
        while true {
            if let answers = try inquiry.advance(at: Clock.monotonic()) { return answers }
            guard let output = inquiry.query?.answer.end else { continue }
            var poll = Poll()
            poll.add(output.value.pollHandle, for: .read)
            poll.add(signals.descriptor.pollHandle, for: .read)
            try poll.wait(inquiry.deadline - Clock.monotonic())
            if try !signals.take().isEmpty {
                _ = try inquiry.end()
                throw StartInterrupted()
            }
        }
    }

    /// Whether the exits of its processes are collected here; otherwise the loop collects them with those of the workers.
    var collects = false

    // MARK: Asking

    /// Returns whether there is an answer to wait for.
    private func ask(_ question: Question) throws -> Bool {
        (catalog, checked, version) = (FunctionCatalog(), 0, "")
        // To start the program may take seconds, which are not the program's.
        defer { deadline = machine.now + Self.timeout }
        do throws(SystemError) {
            switch question {
            case .catalog(let path, let program):
                if let functions = program.functions {
                    answer(path, program, functions)
                    questions.removeFirst()
                    return false
                }
                query = try program.askForCatalog(machine)
            case .checks(let functions):
                query = try programs.standard.askForChecks(
                    functions.map { FunctionCheck($0) }, registry: registry.memory.descriptor, machine)
            }
        } catch {
            guard case .catalog(let path?, _) = question, !error.isShortage else { throw error }
            answers.catalogs[path] = .unknown(why: "\(error)")
            questions.removeFirst()
            return false
        }
        return true
    }

    private func take(_ line: UnsafeRawBufferPointer, _ question: Question, at now: MonotonicInstant) {
        switch question {
        case .catalog: catalog.take(line)
        case .checks(let functions):
            deadline = now + Self.timeout
            if checked < functions.count { takeCheck(line, functions[checked]) }
        }
    }

    private func takeCheck(_ line: UnsafeRawBufferPointer, _ function: LuaFunction) {
        switch try? FunctionCheckAnswer.decode(line) {
        case .read(let file, let version):
            self.version += "\(file)=\(version);"
            answers.files.note(file, version)
            return
        case .ready: answers.versions[function] = version
        case .refused(let key, let error): answers.refusals[function] = .init(key: key, error: "\(key): \(error)")
        case nil: return
        }
        (checked, version) = (checked + 1, "")
    }

    // MARK: Answers

    private func conclude(_ question: Question, isComplete: Bool) throws {
        questions.removeFirst()
        let status = try end()
        switch question {
        case .catalog(let path, let program):
            let why = isComplete ? fault(of: program, path) : "'\(program.path) --catalog' did not answer within 5s"
            guard let why else { return answer(path, program, catalog.names) }
            guard let path else { throw Failure(description: why) }
            answers.catalogs[path] = .unknown(why: why)
        case .checks(let functions): conclude(functions, isComplete: isComplete, status)
        }
    }

    private func answer(_ path: String?, _ program: WorkerProgram, _ functions: Set<String>) {
        program.remember(functions)
        answers.catalogs[path] = .functions(functions)
        if let path { answers.programVersions[path] = program.version }
    }

    /// What is wrong with its catalog.
    private func fault(of program: WorkerProgram, _ path: String?) -> String? {
        if catalog.names.isEmpty {
            return "'\(program.path) \(WireFormat.catalogArgument)' printed \(catalog.firstLine ?? "nothing"); "
                + "expected lines 'function NAME'"
        }
        if catalog.version == WireFormat.version { return nil }
        let advice =
            path == nil
            ? "install cronsupd and cronworker of one version"
            : "build it again with the CronWorkerKit of this cronsupd"
        return
            "'\(program.path)' speaks protocol \(catalog.version), and this cronsupd \(WireFormat.version); \(advice)"
    }

    /// The one that was being loaded is the faulty one. Those after it are asked again without it.
    private func conclude(_ functions: [LuaFunction], isComplete: Bool, _ status: ExitStatus?) {
        guard checked < functions.count else { return }
        let guilty = functions[checked]
        let end = status.map { " (\($0))" } ?? ""
        let why = isComplete ? "ended the worker that loaded it\(end)" : "did not load within 5s"
        answers.refusals[guilty] = .init(key: "source", error: "source: '\(guilty.file)' \(why)")
        // Those of the same file would do the same.
        let others = functions[(checked + 1)...].filter { $0.file != guilty.file }
        if !others.isEmpty { questions.insert(.checks(Array(others)), at: 0) }
    }

    private func end() throws -> ExitStatus? {
        guard let pid = cancel(), collects else { return nil }
        return try Children.collect(pid)
    }
}

extension EntryFunction {
    fileprivate var luaFunction: LuaFunction? { if case .lua(let function) = self { function } else { nil } }
}
