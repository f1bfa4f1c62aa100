/// A function of a Lua file: of the table that it returns, or what it returns itself.
package struct LuaFunction: Hashable, Sendable {
    package let source: LuaFile
    package let method: String

    package init(_ source: LuaFile, method: String) { (self.source, self.method) = (source, method) }

    package init(file: String, method: String, imports: [LuaImport] = []) {
        self.init(LuaFile(file, imports: imports), method: method)
    }

    package var file: String { source.path }
}
