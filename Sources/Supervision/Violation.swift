/// What a worker did that breaks the protocol.
struct Violation: Error {
    let what: String

    init(_ what: String) { self.what = what }
}
