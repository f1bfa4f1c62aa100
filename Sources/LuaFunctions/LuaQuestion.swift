internal import CLuaMachine
internal import Values

/// A question of Lua's, copied: its bytes are gone as soon as Lua runs again.
@safe struct LuaQuestion {
    let kind: clua_question
    let bytes: [UInt8]
    /// In which a module is looked for.
    let scope: Int
    /// The module is one of the machine's own or of Lua's.
    let isBuiltIn: Bool
    private let request: UnsafeMutablePointer<clua_request>

    init(_ request: UnsafeMutablePointer<clua_request>) {
        unsafe self.request = request
        kind = unsafe request.pointee.question
        scope = unsafe Int(request.pointee.scope)
        isBuiltIn = unsafe request.pointee.is_built_in
        bytes = unsafe Array(LuaBytes.buffer(request.pointee.text))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Of a question that is a coded list. The C side has checked its strings and its depth.
    var list: [Value] {
        unsafe bytes.withUnsafeBytes { bytes in
            var reader = unsafe ValueReader(bytes)
            return (try? reader.value())?.list ?? []
        }
    }

    func reply(_ answer: LuaAnswer) -> Bool {
        switch answer {
        case .value(let value):
            unsafe LuaBytes.withText(ValueCoding.bytes(of: value)) { unsafe clua_reply_value(request, $0) }
            return true
        case .failure(let error):
            let parts: [Value] = [
                .string(error.message), error.kind.map { .string($0) } ?? .null,
                error.isRetryable.map { .bool($0) } ?? .null, error.details,
            ]
            unsafe LuaBytes.withText(ValueCoding.bytes(of: .list(parts))) { unsafe clua_reply_error(request, $0) }
            return false
        }
    }

    func reply(text: String) { unsafe LuaBytes.withText(Array(text.utf8)) { unsafe clua_reply_text(request, $0) } }

    func reply(text: String, scope: Int) {
        unsafe request.pointee.scope = Int32(truncatingIfNeeded: scope)
        reply(text: text)
    }

    func reply(source: [UInt8], path: String) {
        unsafe LuaBytes.withText(source) { unsafe clua_reply_source(request, path, $0) }
    }
}
