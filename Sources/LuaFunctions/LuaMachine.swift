internal import CLuaMachine
package import Model
package import Values

/// The functions of Lua files, in one state of Lua 5.4 that is made when the first file is loaded and lives as long as
/// this.
///
/// To be used from one thread. A host that answers a call may call the machine again.
@safe package final class LuaMachine {
    /// What Lua may hold, in bytes; past it there is an error in Lua, `not enough memory`.
    package static let usualMemoryLimit = 1 << 30

    private let memoryLimit: Int
    private let isTerminationTraced: Bool
    private let host: any LuaHost
    /// Makes plain Lua of a file's text; the places in it stay as they are.
    private let prepare: ([UInt8]) -> [UInt8]
    private var state: OpaquePointer?
    /// Every file that was read so far: those that were loaded, and what they required.
    package private(set) var files: [String] = []
    /// Of their contents, in the same order; `nil`: they could not be read. A file that was read again, and was another, is there twice.
    package private(set) var hashes: [UInt64?] = []
    /// By their numbers on the C side.
    private var scopes = [RequireScope.common]
    private var loaded: [Place] = []
    /// Files whose main chunk is being run for the host.
    private var loading: [Place] = []
    /// Those of the host's calls that have not returned.
    private var running: [Place] = []

    /// A file of a scope, in which it is run once.
    private struct Place: Hashable {
        let scope: Int
        let path: String
    }

    /// `isTerminationTraced`: SIGTERM in a call ends the process only after it has written where Lua is to the standard
    /// error. For one machine of a process, on its main thread.
    package init(
        host: any LuaHost, memoryLimit: Int = usualMemoryLimit, isTerminationTraced: Bool = false,
        prepare: @escaping ([UInt8]) -> [UInt8] = { $0 }
    ) {
        (self.host, self.memoryLimit, self.prepare) = (host, memoryLimit, prepare)
        self.isTerminationTraced = isTerminationTraced
    }

    deinit {
        if let state = unsafe state { unsafe clua_close(state) }
    }

    // MARK: Files and their functions

    /// Runs the file's main chunk, once for each path and what it imports. It must return a table, or a function.
    package func load(_ file: LuaFile) throws(LuaFailure) { _ = try loadedPlace(of: file) }

    /// Runs the main chunk of a file that others import. It may return anything.
    package func load(library file: LuaFile) throws(LuaFailure) {
        try load(place(of: file.path, in: RequireScope(library: file)), isLibrary: true)
    }

    private func loadedPlace(of file: LuaFile) throws(LuaFailure) -> Place {
        let place = place(of: file.path, in: RequireScope(file))
        try load(place, isLibrary: false)
        return place
    }

    private func load(_ place: Place, isLibrary: Bool) throws(LuaFailure) {
        guard !loaded.contains(place) else { return }
        let path = place.path
        guard !loading.contains(place) else {
            throw LuaFailure(
                file: path, message: "\(path) is still being run; expected no call of its functions until it returns")
        }
        loading.append(place)
        defer { loading.removeLast() }
        let source = try read(path)
        try unsafe run(place, function: nil) { state, at, result in
            unsafe LuaBytes.withText(source) { unsafe clua_load(state, at, $0, isLibrary, &result) }
        }
        loaded.append(place)
    }

    /// Loads the file; the method must be a function in its table. Returns the name of the function's first parameter, if it has one.
    @discardableResult
    package func check(_ function: LuaFunction) throws(LuaFailure) -> String? {
        let place = try loadedPlace(of: function.source)
        let name = try unsafe run(place, function: function.method) { state, at, result in
            unsafe LuaBytes.withText(Array(function.method.utf8)) { unsafe clua_check(state, at, $0, &result) }
        }
        return name.string
    }

    /// What the function returns; nothing is null.
    ///
    /// - Throws: what it returned as `nil, error`, without a place; or what it raised, with its traceback.
    package func call(_ function: LuaFunction, arguments: [Value]) throws(LuaFailure) -> Value {
        let place = try loadedPlace(of: function.source)
        let coded = ValueCoding.bytes(of: .list(arguments))
        return try unsafe run(place, function: function.method) { state, at, result in
            unsafe LuaBytes.withText(Array(function.method.utf8)) { name in
                unsafe LuaBytes.withText(coded) { unsafe clua_call(state, at, name, $0, &result) }
            }
        }
    }

    private func place(of path: String, in scope: RequireScope) -> Place { Place(scope: number(of: scope), path: path) }

    private func number(of scope: RequireScope) -> Int {
        if let number = scopes.firstIndex(of: scope) { return number }
        scopes.append(scope)
        return scopes.count - 1
    }

    // MARK: Memory

    /// Before a long sleep, so that the process can give memory back.
    package func collectGarbage() {
        if let state = unsafe state { unsafe clua_collect(state) }
    }

    /// Bytes that Lua holds.
    package var memory: Int { unsafe state.map { unsafe Int(clua_memory($0)) } ?? 0 }

    // MARK: Running

    @discardableResult
    private func run(
        _ place: Place, function: String?, _ body: (OpaquePointer, clua_place, inout clua_result) -> clua_outcome
    ) throws(LuaFailure) -> Value {
        let path = place.path
        let state = try unsafe opened(path)
        running.append(place)
        defer { running.removeLast() }
        var result = unsafe clua_result()
        defer { unsafe clua_result_free(&result) }
        let outcome = unsafe path.withCString { name in
            unsafe body(state, clua_place(scope: Int32(truncatingIfNeeded: place.scope), path: name), &result)
        }
        let report = unsafe RunReport(path: path, function: function, files: files, result: result)
        if let failure = report.failure(outcome) { throw failure }
        return report.value
    }

    private func opened(_ path: String) throws(LuaFailure) -> OpaquePointer {
        if let state = unsafe state { return unsafe state }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        // No frame between Lua's error and its lua_pcall is Swift's: the C side returns from here first.
        unsafe state = clua_open(
            { context, request in
                guard let context = unsafe context, let request = unsafe request else { return false }
                return unsafe Unmanaged<LuaMachine>.fromOpaque(context).takeUnretainedValue().answer(request)
            }, context, memoryLimit)
        guard let state = unsafe state else {
            throw LuaFailure(file: path, message: "there is not enough memory for Lua")
        }
        if isTerminationTraced { unsafe clua_trace_termination(state) }
        return unsafe state
    }

    private func read(_ path: String) throws(LuaFailure) -> [UInt8] {
        do throws(LuaFailure) {
            let contents = try contents(path)
            note(path, StableHash.of(contents))
            return prepare(try LuaSource.text(contents, path))
        } catch {
            if !files.contains(path) { note(path, nil) }
            throw error
        }
    }

    private func note(_ path: String, _ hash: UInt64?) {
        for index in files.indices where files[index] == path {
            if hashes[index] == nil { hashes[index] = hash }
            if hashes[index] == hash { return }
        }
        files.append(path)
        hashes.append(hash)
    }

    /// What the host has for them counts, whatever stands in the file now.
    private func contents(_ path: String) throws(LuaFailure) -> [UInt8] {
        do {
            if let text = try host.text(of: path) { return text }
        } catch {
            throw LuaFailure(file: path, message: "\(path): \(error)")
        }
        return try LuaSource.contents(path, from: host)
    }

    // MARK: Lua's questions

    private func answer(_ request: UnsafeMutablePointer<clua_request>) -> Bool {
        let question = unsafe LuaQuestion(request)
        switch question.kind {
        case CLUA_LOG: return log(question)
        case CLUA_LOCATE: return locate(question)
        case CLUA_SOURCE: return source(question)
        default: return question.reply(hostAnswer(question))
        }
    }

    private func hostAnswer(_ question: LuaQuestion) -> LuaAnswer {
        let list = question.list
        switch question.kind {
        case CLUA_CALL:
            let context = list.count > 1 ? list[1].map ?? .init() : .init()
            return host.call(list.first?.string ?? "", Array(list.dropFirst(2)), adding: context)
        case CLUA_ZONE, CLUA_ZONE_NAME: return zoneAnswer(question, list)
        case CLUA_CONTEXT: return host.context()
        case CLUA_VARIABLE: return host.variable(question.text)
        case CLUA_VARIABLES: return host.variables()
        case CLUA_FIND: return host.find(list.first?.map ?? .init())
        case CLUA_GET: return host.get(question.text)
        case CLUA_JSON_TEXT: return host.encodeJSON(list.first ?? .null)
        default: return host.decodeJSON(question.bytes)
        }
    }

    private func zoneAnswer(_ question: LuaQuestion, _ list: [Value]) -> LuaAnswer {
        guard list.count == 2, let name = list[0].string, let seconds = list[1].int else { return .failure("no zone") }
        return question.kind == CLUA_ZONE ? host.zone(name, at: seconds) : host.zoneName(name, at: seconds)
    }

    private func log(_ question: LuaQuestion) -> Bool {
        let line = question.list
        let name = line.first?.string ?? ""
        let level = name == "warn" ? .warning : LogLevel(rawValue: name) ?? .info
        let map = line.last?.map ?? .init()
        var fields: [(key: String, value: String)] = []
        for index in 0..<map.count { fields.append((map.keys[index], text(map.values[index]))) }
        host.log(level, line.count > 1 ? line[1].string ?? "" : "", fields)
        return true
    }

    private func text(_ value: Value) -> String {
        if let text = value.scalarText { return text }
        switch host.encodeJSON(value) {
        case .value(let json): return json.string ?? ""
        case .failure(let error): return "(\(error.message))"
        }
    }

    /// The name of a module of the machine's own is answered with no path if it is none of a file.
    private func locate(_ question: LuaQuestion) -> Bool {
        let (name, number) = (question.text, question.scope)
        let scope = scopes[number]
        if let item = scope.entry(name) { return locate(item, question) }
        let directory = scope.directory ?? RequireScope.directory(of: running.last?.path ?? "")
        let module = ModuleName(name, below: directory)
        let path = path(of: module, isBuiltIn: question.isBuiltIn)
        if let path = path ?? (question.isBuiltIn ? "" : nil) {
            question.reply(text: path)
            return true
        }
        // What is loaded is another thing when one of them is there.
        if !loading.isEmpty { for place in module.places ?? [] where !files.contains(place) { note(place, nil) } }
        question.reply(text: module.complaint)
        return false
    }

    private func locate(_ item: LuaImport, _ question: LuaQuestion) -> Bool {
        do {
            let file = try host.library(item.entry)
            question.reply(text: file.path, scope: number(of: RequireScope(library: file)))
            return true
        } catch {
            question.reply(text: "require '\(item.alias)': \(error)")
            return false
        }
    }

    /// A file that a load has accepted comes before all that came to be later. With the name of a module, a file that nobody has
    /// required yet counts only while nothing is accepted: else a worker that starts again might find what no other has.
    private func path(of module: ModuleName, isBuiltIn: Bool) -> String? {
        guard let places = module.places else { return nil }
        for place in places where isAccepted(place) || isBuiltIn && files.contains(place) { return place }
        if isBuiltIn {
            guard let source = loading.last, !isAccepted(source.path) else { return nil }
        }
        for place in places where ModuleName.isFile(place) { return place }
        return nil
    }

    private func isAccepted(_ path: String) -> Bool { (try? host.text(of: path)) ?? nil != nil }

    private func source(_ question: LuaQuestion) -> Bool {
        let path = question.text
        do throws(LuaFailure) {
            question.reply(source: try read(path), path: path)
            return true
        } catch {
            question.reply(text: error.message)
            return false
        }
    }
}
