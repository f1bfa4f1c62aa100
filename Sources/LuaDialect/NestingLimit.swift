/// How deep statements, expressions and types may stand in one another. Lua itself gives up at 200.
enum NestingLimit {
    static let levels = 250
}
