/// Follows all ways through a program at once, character by character.
struct PatternSearch {
    private let program: PatternProgram
    /// The steps that wait for the next character, each once.
    private var waiting: [Int] = []
    private var reached: [Int] = []
    private var pending: [Int] = []
    /// The place in the text at which a step was last reached, so that no step is followed twice there.
    private var visited: [Int]

    init(_ program: PatternProgram) {
        self.program = program
        visited = Array(repeating: -1, count: program.steps.count)
    }

    mutating func findsMatch(in text: String) -> Bool {
        var place = Place(before: nil, after: nil, index: 0)
        var scalars = text.unicodeScalars.makeIterator()
        place.after = scalars.next()
        while true {
            // A match may begin anywhere.
            if follow(0, at: place) { return true }
            guard let scalar = place.after else { return false }
            place = Place(before: scalar, after: scalars.next(), index: place.index + 1)
            swap(&waiting, &reached)
            waiting.removeAll(keepingCapacity: true)
            if advance(over: scalar, to: place) { return true }
        }
    }

    private struct Place {
        var before: Unicode.Scalar?
        var after: Unicode.Scalar?
        var index: Int

        var isBoundary: Bool { Self.isWord(before) != Self.isWord(after) }

        private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
            scalar.map { PatternSet.word.contains($0, ignoringCase: false) } ?? false
        }
    }

    /// Takes the steps in `reached` that wait for `scalar`. True if that completes a match.
    private mutating func advance(over scalar: Unicode.Scalar, to place: Place) -> Bool {
        let folded = program.ignoresCase ? PatternCase.lower(scalar) : scalar
        for index in 0..<reached.count {
            let takes =
                switch program.steps[reached[index]] {
                case .scalar(let wanted): wanted == folded
                case .any: scalar != "\n"
                case .set(let set): set.contains(scalar, ignoringCase: program.ignoresCase)
                default: false
                }
            if takes, follow(reached[index] + 1, at: place) { return true }
        }
        return false
    }

    /// Goes on from a step up to those that wait for a character. True if that completes a match.
    private mutating func follow(_ step: Int, at place: Place) -> Bool {
        pending.append(step)
        while let step = pending.popLast() {
            if visited[step] == place.index { continue }
            visited[step] = place.index
            switch program.steps[step] {
            case .match: return true
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .start: if place.before == nil { pending.append(step + 1) }
            case .end: if place.after == nil { pending.append(step + 1) }
            case .boundary: if place.isBoundary { pending.append(step + 1) }
            case .scalar, .any, .set: waiting.append(step)
            }
        }
        return false
    }
}
