import Values

/// `--watch` may stand alone, which the parser of command lines does not know: it is given its value here.
enum OptionalValue {
    static func filled(_ arguments: [String]) -> [String] {
        var filled: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" { return filled + [word] + rest }
            guard word == "--watch" else {
                filled.append(word)
                continue
            }
            // No job has a name like that: there is a colon in an ID.
            if let next = rest.first, (try? DurationText.parse(next)) != nil {
                filled.append("\(word)=\(rest.removeFirst())")
            } else {
                filled.append("\(word)=\(WatchOptions.usual)")
            }
        }
        return filled
    }
}
