import Testing

@testable import Crontool

@Suite("A cache")
struct BoundedCacheTests {
    @Test("keeps as many values as it may, and then begins anew")
    func bound() {
        var cache = BoundedCache<Int>(capacity: 2)
        (cache["a"], cache["b"]) = (1, 2)
        #expect(cache["a"] == 1 && cache["b"] == 2 && cache["c"] == nil)
        cache["c"] = 3
        #expect(cache["a"] == nil && cache["b"] == nil && cache["c"] == 3)
    }
}
