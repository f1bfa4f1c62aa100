/// A function of the table that a Lua file returns.
package struct LuaFunction: Hashable, Sendable {
    package let file: String
    package let method: String

    package init(file: String, method: String) { (self.file, self.method) = (file, method) }
}
