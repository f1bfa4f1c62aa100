import LuaDialect
import TestSupport
import Testing

@Suite("Programs")
struct ProgramTests {
    private func program(_ seed: UInt64, annotates: Bool) -> ProgramGenerator {
        ProgramGenerator(seed: seed, annotates: annotates)
    }

    private func replay(_ seed: UInt64, _ source: [UInt8]) -> Comment {
        "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1: \(String(decoding: source, as: UTF8.self))"
    }

    @Test("of plain Lua come through as they are")
    func identity() {
        for iteration in 0..<Fuzz.iterations(300) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            let source = program(seed, annotates: false).expected
            let isSame = LuaDialect.plain(source) == source
            #expect(isSame, replay(seed, source))
        }
    }

    @Test("with annotations come to the same without them")
    func annotations() {
        var annotated = 0
        for iteration in 0..<Fuzz.iterations(300) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            let program = program(seed, annotates: true)
            let plain = LuaDialect.plain(program.annotated)
            let isRight = plain == program.expected
            #expect(isRight, replay(seed, program.annotated))
            if plain != program.annotated { annotated += 1 }
        }
        #expect(annotated > 0)
    }
}
