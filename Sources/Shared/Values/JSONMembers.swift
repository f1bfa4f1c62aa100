/// The members of an object while it is read. Of equal keys the last wins, at the first one's place.
struct JSONMembers {
    private var keys: [String] = []
    private var values: [Value] = []
    /// Empty while the keys are few, which is nearly always: then a search is as fast, and costs no table.
    private var indices: [String: Int] = [:]

    private static let few = 16

    var map: Value.Map { Value.Map(uniqueKeys: keys, values: values) }

    mutating func add(_ key: String, _ value: Value) {
        if let index = index(of: key) {
            values[index] = value
            return
        }
        keys.append(key)
        values.append(value)
        if keys.count > Self.few { extendIndices() }
    }

    private func index(of key: String) -> Int? {
        if keys.count > Self.few { return indices[key] }
        for index in 0..<keys.count where keys[index] == key { return index }
        return nil
    }

    private mutating func extendIndices() {
        for index in indices.count..<keys.count { indices[keys[index]] = index }
    }
}
