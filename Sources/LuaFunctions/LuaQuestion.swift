internal import CLuaMachine
internal import Values

/// A question of Lua's, copied: its bytes are gone as soon as Lua runs again.
struct LuaQuestion {
    let kind: clua_question
    let bytes: [UInt8]
    private let request: UnsafeMutablePointer<clua_request>

    init(_ request: UnsafeMutablePointer<clua_request>) {
        self.request = request
        kind = request.pointee.question
        bytes = Array(LuaBytes.buffer(request.pointee.text))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Of a question that is a coded list. The C side has checked its strings and its depth.
    var list: [Value] {
        bytes.withUnsafeBytes { bytes in
            var reader = ValueReader(bytes)
            return (try? reader.value())?.list ?? []
        }
    }

    func reply(_ answer: LuaAnswer) -> Bool {
        switch answer {
        case .value(let value):
            LuaBytes.withText(ValueCoding.bytes(of: value)) { clua_reply_value(request, $0) }
            return true
        case .failure(let message):
            reply(text: message)
            return false
        }
    }

    func reply(text: String) { LuaBytes.withText(Array(text.utf8)) { clua_reply_text(request, $0) } }

    func reply(source: [UInt8], path: String) {
        LuaBytes.withText(source) { clua_reply_source(request, path, $0) }
    }
}
