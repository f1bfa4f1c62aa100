/// A regular expression as it was written.
indirect enum PatternNode {
    /// Nothing, as between the bars of `a||b`.
    case empty
    case scalar(Unicode.Scalar)
    case any
    case set(PatternSet)
    case start
    case end
    case boundary
    case sequence([PatternNode])
    case choice([PatternNode])
    /// `most` is `nil` for any number.
    case repetition(PatternNode, least: Int, most: Int?)

    /// Whether a quantifier may follow it.
    var isRepeatable: Bool {
        switch self {
        case .start, .end, .boundary: false
        default: true
        }
    }
}
