import Glibc
import LuaDialect
import Testing

@Suite("Sources of any size")
struct SizeTests {
    /// `levels` are as many as Lua itself can take.
    struct Nesting: Sendable {
        let start: String
        let open: String
        var middle = "x"
        let close: String
        var levels = 190

        func source(_ levels: Int) -> String {
            start + String(repeating: open, count: levels) + middle + String(repeating: close, count: levels)
        }
    }

    private static let nestings = [
        Nesting(start: "x = ", open: "(", close: ")"),
        Nesting(start: "x = ", open: "{", close: "}"),
        Nesting(start: "x = ", open: "f(", close: ")"),
        Nesting(start: "x = ", open: "a[", close: "]"),
        Nesting(start: "x = ", open: "{[f{", close: "}]=1}", levels: 60),
        Nesting(start: "x = ", open: "f(x as {T}, ", close: ")"),
        Nesting(start: "x = ", open: "function(a: T) return ", close: " end"),
        Nesting(start: "x = ", open: "function() y = z as (fun(T)) y = ", close: " end", levels: 90),
        Nesting(start: "", open: "do ", middle: "f()", close: " end"),
        Nesting(start: "", open: "if f(function() ", middle: "f()", close: " end) then end", levels: 60),
        Nesting(start: "local y: ", open: "{", close: "}"),
        Nesting(start: "local y: ", open: "fun(a: Map<K, ", close: ">): T", levels: 90),
        Nesting(start: "local y: ", open: "<T: <U>(", close: ") -> T>(T) -> T", levels: 90),
        Nesting(start: "local y: ", open: "readonly ", close: ""),
        Nesting(start: "local y: ", open: "A extends B ? ", close: " : C"),
    ]

    @Test("are read as deep as Lua reads them", arguments: nestings)
    func depth(nesting: Nesting) {
        let isWhole = isReadWhole(Array(nesting.source(nesting.levels).utf8))
        #expect(isWhole)
    }

    @Test("are left as they are where they are deeper, and take no more than 512 KiB of the stack")
    func tooDeep() throws {
        try onSmallStack {
            for nesting in Self.nestings {
                let result = plain("local p: T \(nesting.source(3_000)) local y: T")
                let isRight = result.hasPrefix("local p    ") && result.hasSuffix(" local y: T")
                #expect(isRight, "\(nesting)")
            }
        }
    }

    /// Runs `body` in a thread with a stack of 512 KiB.
    private func onSmallStack(_ body: @escaping () -> Void) throws {
        var attributes = pthread_attr_t()
        try #require(pthread_attr_init(&attributes) == 0)
        defer { pthread_attr_destroy(&attributes) }
        try #require(pthread_attr_setstacksize(&attributes, 512 * 1_024) == 0)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(run: body)).toOpaque()
        let started = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        try #require(started == 0)
        pthread_join(thread, nil)
    }

    private final class Body {
        let run: () -> Void

        init(run: @escaping () -> Void) { self.run = run }
    }

    @Test(
        "may have chains of any length",
        arguments: [
            " + 1", " .. a", ".b", "[1]", "(1)", ":c()", "!", " as T", " as (a)", " as A<B", "\n::a::\nx = y", " or -1",
        ])
    func chains(link: String) {
        let source = "x = y" + String(repeating: link, count: 100_000)
        let result = LuaDialect.plain(Array(source.utf8))
        #expect(result.count == source.utf8.count)
        let isWhole = isReadWhole(Array(source.utf8))
        #expect(isWhole)
    }

    @Test("may have a mebibyte")
    func mebibyte() {
        let line = MarkedSource("local function f«<T>»(a«: T», b«?: {string}») return a «as U», b«!» end\n")
        let count = (1 << 20) / line.annotated.utf8.count
        let source = String(repeating: line.annotated, count: count)
        let isRight = plain(source) == String(repeating: line.expected, count: count)
        #expect(isRight)
    }
}
