/// A file of Lua as it is given to the compiler.
enum LuaSource {
    static let largest = 4 << 20

    static func text(_ bytes: [UInt8], _ path: String) throws(LuaFailure) -> [UInt8] {
        guard bytes.count <= largest else {
            throw LuaFailure(file: path, message: "\(path) is larger than 4 MiB; expected a smaller file of Lua")
        }
        guard bytes.first != 0x1B else {
            throw LuaFailure(file: path, message: "\(path) is compiled Lua; expected its source")
        }
        return withoutHeader(bytes)
    }

    static func contents(_ path: String, from host: any LuaHost) throws(LuaFailure) -> [UInt8] {
        do {
            // An editor may be writing it.
            for _ in 0..<10 {
                if let contents = try host.contents(of: path, limit: largest) { return contents }
            }
        } catch {
            throw LuaFailure(file: path, message: "\(error)")
        }
        throw LuaFailure(file: path, message: "\(path) changes while it is read; expected a file at rest")
    }

    /// A byte order mark and the text of a first line that begins with `#` are not Lua. The line itself stays, so that
    /// those below it keep their numbers.
    private static func withoutHeader(_ bytes: [UInt8]) -> [UInt8] {
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if start < bytes.count, bytes[start] == UInt8(ascii: "#") {
            while start < bytes.count, bytes[start] != UInt8(ascii: "\n") { start += 1 }
        }
        return start == 0 ? bytes : Array(bytes[start...])
    }
}
