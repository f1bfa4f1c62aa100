internal import CLuaMachine

/// Bytes on their way to C and back.
enum LuaBytes {
    static func withText<Result>(_ bytes: [UInt8], _ body: (clua_text) -> Result) -> Result {
        unsafe bytes.withUnsafeBytes { raw in
            unsafe body(clua_text(start: raw.baseAddress?.assumingMemoryBound(to: CChar.self), count: raw.count))
        }
    }

    static func buffer(_ bytes: clua_bytes) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: bytes.start, count: bytes.count)
    }

    static func buffer(_ text: clua_text) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: text.start, count: text.count)
    }

    /// Repaired where it is not UTF-8.
    static func string(_ bytes: UnsafeRawBufferPointer) -> String { unsafe String(decoding: bytes, as: UTF8.self) }
}
