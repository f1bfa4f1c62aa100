import Glibc

/// How long the fuzzers run and from which seed: FUZZ_ITERATIONS and FUZZ_SEED in the environment replay a failure or
/// make a run longer.
package enum Fuzz {
    package static let seed = number("FUZZ_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max))

    package static func iterations(_ usual: Int) -> Int { number("FUZZ_ITERATIONS").map { Int($0) } ?? usual }

    private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
