import Testing
import Values

@Suite("A key of a map")
struct MapKeyTests {
    @Test(
        "is its text if it is a scalar",
        arguments: [("1", "1"), ("true", "true"), ("1.50", "1.50"), ("''", ""), ("~", "~")])
    func scalar(key: String, text: String) {
        #expect(value(of: "{\(key): x}")?.map?.keys == [text])
    }

    @Test("may be a number too large to be a value")
    func large() {
        #expect(value(of: "{99999999999999999999: x}")?.map?.keys == ["99999999999999999999"])
    }

    @Test(
        "cannot be a list or a map",
        arguments: [
            ("{[a]: x}", "expected a string as a key, found a list"),
            ("{? {a: b} : x}", "expected a string as a key, found a map"),
        ])
    func container(text: String, complaint: String) {
        #expect(messages(about: text) == [complaint])
    }

    @Test("that stands twice is an error that names the first place")
    func duplicate() {
        #expect(
            errors(in: registry(data: "a: 1\nb: 2\n\"a\": 3"))
                == ["registry.yaml:7:3: duplicate key 'a'; first written at registry.yaml:5:3"])
    }

    @Test("that stands twice is found in a large map too")
    func duplicateAmongMany() {
        let keys = (0..<40).map { "k\($0): 0" } + ["k3: 1", "k39: 1"]
        let errors = errors(in: registry(data: keys.joined(separator: "\n")))
        #expect(
            errors == [
                "registry.yaml:45:3: duplicate key 'k3'; first written at registry.yaml:8:3",
                "registry.yaml:46:3: duplicate key 'k39'; first written at registry.yaml:44:3",
            ])
    }
}
