internal import CLuaMachine
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
    /// Of their contents, in the same order; `nil`: they could not be read.
    package private(set) var hashes: [UInt64?] = []
    private var loaded: [String] = []
    /// Files whose main chunk is being run.
    private var loading: [String] = []
    /// The files of the host's calls that have not returned: modules are looked for in the directory of the last one.
    private var running: [String] = []

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

    /// Runs the file's main chunk, once for each path. It must return a table.
    package func load(_ path: String) throws(LuaFailure) {
        guard !loaded.contains(path) else { return }
        guard !loading.contains(path) else {
            throw LuaFailure(
                file: path, message: "\(path) is still being run; expected no call of its functions until it returns")
        }
        loading.append(path)
        defer { loading.removeLast() }
        let source = try read(path)
        try unsafe run(path, function: nil) { state, result in
            unsafe LuaBytes.withText(source) { unsafe clua_load(state, path, $0, &result) }
        }
        loaded.append(path)
    }

    /// Loads the file; the method must be a function in its table.
    package func check(_ path: String, method: String) throws(LuaFailure) {
        try load(path)
        try unsafe run(path, function: method) { state, result in
            unsafe LuaBytes.withText(Array(method.utf8)) { unsafe clua_check(state, path, $0, &result) }
        }
    }

    /// What the function returns; nothing is null.
    ///
    /// - Throws: what it returned as `nil, error`, without a place; or what it raised, with its traceback.
    package func call(_ path: String, method: String, arguments: [Value]) throws(LuaFailure) -> Value {
        try load(path)
        let coded = ValueCoding.bytes(of: .list(arguments))
        return try unsafe run(path, function: method) { state, result in
            unsafe LuaBytes.withText(Array(method.utf8)) { name in
                unsafe LuaBytes.withText(coded) { unsafe clua_call(state, path, name, $0, &result) }
            }
        }
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
        _ path: String, function: String?, _ body: (OpaquePointer, inout clua_result) -> clua_outcome
    ) throws(LuaFailure) -> Value {
        let state = try unsafe opened(path)
        running.append(path)
        defer { running.removeLast() }
        var result = unsafe clua_result()
        defer { unsafe clua_result_free(&result) }
        let outcome = unsafe body(state, &result)
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
        let index = files.firstIndex(of: path) ?? files.count
        if index == files.count {
            files.append(path)
            hashes.append(nil)
        }
        let contents = try contents(path)
        hashes[index] = StableHash.of(contents)
        return prepare(try LuaSource.text(contents, path))
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
        case CLUA_CALL: return host.call(list.first?.string ?? "", Array(list.dropFirst()))
        case CLUA_FIND: return host.find(list.first?.map ?? .init())
        case CLUA_GET: return host.get(question.text)
        case CLUA_JSON_TEXT: return host.encodeJSON(list.first ?? .null)
        default: return host.decodeJSON(question.bytes)
        }
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
        case .failure(let message): return "(\(message))"
        }
    }

    private func locate(_ question: LuaQuestion) -> Bool {
        do throws(LuaFailure) {
            question.reply(
                text: try ModuleName(question.text).path(beside: running.last ?? "") {
                    (try? host.text(of: $0)) ?? nil != nil
                })
            return true
        } catch {
            question.reply(text: error.message)
            return false
        }
    }

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
