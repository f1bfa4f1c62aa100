import Clocks
import Kernel
import Links
import Model
import Wire

/// Asks the workers' programs for all that a registry names, one question after the other, without waiting for an answer: each
/// program for its catalog, and then the standard one whether it can load the functions of files.
final class FunctionInquiry {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let programs: WorkerPrograms
    private let registry: SharedRegistry
    private let machine: Machine
    /// The programs that are still to be asked for their catalogs, and the functions that are still to be checked. The first of all
    /// is in question.
    private var unlisted: [String?] = []
    private var unchecked: ArraySlice<FunctionCheck> = []
    private let libraries: LuaLibraries
    private var answers = FunctionAnswers()
    // What has come of the answer.
    private(set) var query: ProgramQuery?
    private var catalog = FunctionCatalog()
    private var version = ""
    /// The rest of the questions is for another process.
    private var isToGoOn = false
    private var askedCount = 0

    /// When it gives up waiting.
    private(set) var deadline = MonotonicInstant.distantFuture

    /// From one answer to the next.
    private static let timeout = Nanoseconds.seconds(5)

    init(
        about functions: [EntryFunction], libraries: LuaLibraries, _ programs: WorkerPrograms,
        _ registry: SharedRegistry, _ machine: Machine = Machine()
    ) {
        (self.programs, self.registry, self.machine, self.libraries) = (programs, registry, machine, libraries)
        // The standard program runs all but those that have their own.
        for path in [nil] + Set(functions.compactMap(\.program)).sorted() {
            let program = programs.program(at: path)
            if let functions = program.functions { answer(path, program, functions) } else { unlisted.append(path) }
        }
        unchecked = Self.checks(functions, libraries)[...]
    }

    /// Libraries first: what is wrong with one of them is not to be found in each function that imports it. Those of a file follow
    /// each other, so that it is loaded once.
    private static func checks(_ functions: [EntryFunction], _ libraries: LuaLibraries) -> [FunctionCheck] {
        let libraries = Set(libraries.files.values.map { FunctionCheck(library: $0) })
        return libraries.sorted { $0.place < $1.place }
            + Set(functions.compactMap(\.luaCheck)).sorted { $0.place < $1.place }
    }

    /// Takes what has come, and asks on. Returns all answers when there are no more questions.
    func advance(at now: MonotonicInstant) throws -> FunctionAnswers? {
        while try query != nil || ask() {
            guard let query else { continue }
            let isComplete = query.receive { take($0, at: now) }
            guard isComplete || now >= deadline else { return nil }
            try conclude(isComplete: isComplete)
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
        about functions: [EntryFunction], libraries: LuaLibraries = LuaLibraries(), _ programs: WorkerPrograms,
        _ registry: SharedRegistry
    ) throws -> FunctionAnswers {
        let signals = try SignalQueue([.terminate, .interrupt])
        let inquiry = FunctionInquiry(about: functions, libraries: libraries, programs, registry)
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

    /// Asks the next question. Returns whether there was one.
    private func ask() throws -> Bool {
        (catalog, version) = (FunctionCatalog(), "")
        (isToGoOn, askedCount) = (false, unchecked.count)
        // To start the program may take seconds, which are not the program's.
        defer { deadline = machine.now + Self.timeout }
        if let path = unlisted.first {
            do throws(SystemError) {
                query = try programs.program(at: path).askForCatalog(machine)
            } catch {
                unlisted.removeFirst()
                if error.isShortage { throw error }
                try refuse(path, error)
            }
        } else if !unchecked.isEmpty {
            query = try programs.standard.askForChecks(
                Array(unchecked), registry: registry.memory.descriptor, machine)
        } else {
            return false
        }
        return true
    }

    private func take(_ line: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        guard unlisted.isEmpty else { return catalog.take(line) }
        deadline = now + Self.timeout
        guard let check = unchecked.first, let answer = try? FunctionCheckAnswer.decode(line) else { return }
        switch answer {
        case .read(let file, let version):
            self.version += "\(file)=\(version);"
            answers.files.note(file, version)
            return
        case .ready(let parameter):
            answers.versions[check] = version
            answers.parameters[check] = parameter
        case .refused(let key, let error): answers.refusals[check] = .init(key: key, error: "\(key): \(error)")
        // Without an answer before, it would say so for ever.
        case .more:
            isToGoOn = unchecked.count < askedCount
            return
        }
        unchecked.removeFirst()
        version = ""
    }

    // MARK: Answers

    private func conclude(isComplete: Bool) throws {
        let status = try end()
        if isToGoOn, isComplete { return }
        guard unlisted.isEmpty else { return try concludeCatalog(of: unlisted.removeFirst(), isComplete: isComplete) }
        // The one that was being loaded is the faulty one. Those after it are asked again without it, and without those of the same
        // file and those that import it, which would do the same.
        guard let guilty = unchecked.first else { return }
        let end = status.map { " (\($0))" } ?? ""
        let why = isComplete ? "ended the worker that loaded it\(end)" : "did not load within 5s"
        answers.refusals[guilty] = .init(key: "source", error: "source: '\(guilty.source.path)' \(why)")
        unchecked.removeAll { check in
            check.source.path == guilty.source.path
                || guilty.method == nil && libraries.imports(of: check.source) { $0 == guilty.source }
        }
    }

    private func concludeCatalog(of path: String?, isComplete: Bool) throws {
        let program = programs.program(at: path)
        let why = isComplete ? fault(of: program, path) : "'\(program.path) --catalog' did not answer within 5s"
        if let why { try refuse(path, Failure(description: why)) } else { answer(path, program, catalog.names) }
    }

    private func answer(_ path: String?, _ program: WorkerProgram, _ functions: Set<String>) {
        program.remember(functions)
        answers.catalogs[path] = .functions(functions)
        if let path { answers.programVersions[path] = program.version }
    }

    /// Nothing goes without the standard program; another is a mistake of the entries that name it.
    private func refuse(_ path: String?, _ error: any Error) throws {
        guard let path else { throw error }
        answers.catalogs[path] = .unknown(why: "\(error)")
    }

    /// What is wrong with its catalog.
    private func fault(of program: WorkerProgram, _ path: String?) -> String? {
        if catalog.names.isEmpty {
            return "'\(program.path) \(WorkerOption.catalog)' printed \(catalog.firstLine ?? "nothing"); "
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

    private func end() throws -> ExitStatus? {
        guard let pid = cancel(), collects else { return nil }
        return try Children.collect(pid)
    }
}

extension EntryFunction {
    fileprivate var luaCheck: FunctionCheck? {
        if case .lua(let function) = self { FunctionCheck(function) } else { nil }
    }
}

extension FunctionCheck {
    fileprivate var place: (String, String, String) {
        (source.path, source.imports.map { "\($0.alias)=\($0.entry)" }.joined(separator: ","), method ?? "")
    }
}
