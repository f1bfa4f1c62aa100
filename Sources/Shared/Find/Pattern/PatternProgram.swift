/// A regular expression as steps, of which several may be the next one.
struct PatternProgram: Sendable {
    enum Step {
        case scalar(Unicode.Scalar)
        case any
        case set(PatternSet)
        case start
        case end
        case boundary
        case jump(Int)
        case split(Int, Int)
        case match
    }

    private(set) var steps: [Step] = []
    let ignoresCase: Bool

    init(_ node: PatternNode, ignoresCase: Bool) throws(Pattern.Failure) {
        self.ignoresCase = ignoresCase
        try add(node)
        try emit(.match)
    }

    /// Every node adds a step at least, so that their limit is one on the time that this takes.
    private mutating func add(_ node: PatternNode) throws(Pattern.Failure) {
        switch node {
        case .empty: try emit(.jump(steps.count + 1))
        case .scalar(let scalar): try emit(.scalar(ignoresCase ? PatternCase.lower(scalar) : scalar))
        case .any: try emit(.any)
        case .set(let set): try emit(.set(set))
        case .start: try emit(.start)
        case .end: try emit(.end)
        case .boundary: try emit(.boundary)
        case .sequence(let nodes): for node in nodes { try add(node) }
        case .choice(let branches): try add(branches)
        case .repetition(let node, let least, let most): try add(node, least, most)
        }
    }

    private mutating func emit(_ step: Step) throws(Pattern.Failure) {
        guard steps.count < Pattern.mostSteps else {
            throw .init(description: "expected at most \(Pattern.mostSteps) steps with all repetitions written out")
        }
        steps.append(step)
    }

    private mutating func add(_ branches: [PatternNode]) throws(Pattern.Failure) {
        var jumps: [Int] = []
        for branch in branches.dropLast() {
            let split = steps.count
            try emit(.split(split + 1, 0))
            try add(branch)
            jumps.append(steps.count)
            try emit(.jump(0))
            steps[split] = .split(split + 1, steps.count)
        }
        try add(branches[branches.count - 1])
        for jump in jumps { steps[jump] = .jump(steps.count) }
    }

    private mutating func add(_ node: PatternNode, _ least: Int, _ most: Int?) throws(Pattern.Failure) {
        if most == 0 { return try add(PatternNode.empty) }
        for _ in 0..<least { try add(node) }
        if let most { try addOptional(node, most - least) } else { try addAnyNumber(node) }
    }

    private mutating func addOptional(_ node: PatternNode, _ count: Int) throws(Pattern.Failure) {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(steps.count)
            try emit(.split(steps.count + 1, 0))
            try add(node)
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
    }

    private mutating func addAnyNumber(_ node: PatternNode) throws(Pattern.Failure) {
        let split = steps.count
        try emit(.split(split + 1, 0))
        try add(node)
        try emit(.jump(split))
        steps[split] = .split(split + 1, steps.count)
    }
}
