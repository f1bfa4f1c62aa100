import Testing

@testable import Daemon

@Suite("A function's name in a stack")
struct SwiftNameTests {
    @Test("is written as people write it, if it is Swift's")
    func plain() {
        #expect(
            SwiftName.plain("$s11faultworker16spinInKnownPlaces5NeverOyF")
                == "faultworker.spinInKnownPlace() -> Swift.Never")
        #expect(
            SwiftName.plain("$s11faultworker4hang33_343D1A89DC5AADDD616B6E876B024575LLyyF")
                == "faultworker.(hang)() -> ()")
        #expect(
            SwiftName.plain("$s11faultworker4hangyyFTf4d_n") == "faultworker.hang() -> ()")
        for name in ["main", "", "_ZN3foo3barEv", "$s", "$s!", "$sé"] { #expect(SwiftName.plain(name) == name) }
    }

    @Test("is cut if it is long")
    func cut() {
        let name = SwiftName.plain(String(repeating: "x", count: 4_096))
        #expect(name.count == 120 && name.hasSuffix("x…"))
    }
}
