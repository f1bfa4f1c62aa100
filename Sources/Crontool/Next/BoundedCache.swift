/// Keeps what was worked out for a text. When it is full it begins anew, which costs less than knowing what was used last.
struct BoundedCache<Value> {
    private let capacity: Int
    private var values: [String: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    subscript(text: String) -> Value? {
        get { values[text] }
        set {
            if values.count >= capacity { values.removeAll(keepingCapacity: true) }
            values[text] = newValue
        }
    }
}
