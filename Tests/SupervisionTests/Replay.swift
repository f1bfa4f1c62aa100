import Glibc
import Supervision

/// FUZZ_SEED and FUZZ_ITERATIONS in the environment replay a failure or make a run longer.
enum Replay {
    static let seed = number("FUZZ_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max))

    static func iterations(_ usual: Int) -> Int { number("FUZZ_ITERATIONS").map { Int($0) } ?? usual }

    private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}

extension SplitMix64 {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
