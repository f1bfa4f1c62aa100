/// Keeps what was worked out for a text. When it is full it starts empty again: that costs less than to know what was
/// used last.
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
