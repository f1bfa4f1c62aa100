/// Lua 5.4 with the type annotations of Wippy's dialect. The Lua that runs knows none: they are taken out before.
package enum LuaDialect {
    /// `source` with every annotation overwritten with spaces. Line ends inside an annotation are kept, so that every
    /// byte of the program stays at its line and column, and Lua's messages name the right place.
    ///
    /// What is not valid ends the work: from there on the source stays as it is, for Lua to report.
    package static func plain(_ source: [UInt8]) -> [UInt8] {
        source.withUnsafeBufferPointer { bytes in
            var parser = Parser(source: bytes, output: source)
            parser.read()
            return parser.output
        }
    }
}
