/// Finds what a person probably meant when a name is not known.
package enum NearestName {
    /// The candidate with the smallest edit distance to `name` (optimal string alignment: two neighbours swapped are one
    /// edit), if it is small enough to be a misspelling: at most a third of the name's length, and at least one edit is
    /// allowed. The first one wins a tie.
    package static func of(_ name: some StringProtocol, among candidates: some Sequence<String>) -> String? {
        let letters = Array(name)
        return nearest(to: letters, within: max(1, letters.count / 3), among: candidates)
    }

    /// The candidate that is one edit away.
    package static func slip(of name: some StringProtocol, among candidates: some Sequence<String>) -> String? {
        nearest(to: Array(name), within: 1, among: candidates)
    }

    private static func nearest(
        to letters: [Character], within limit: Int, among candidates: some Sequence<String>
    ) -> String? {
        var best: (name: String, distance: Int)?
        // Each letter too many or too few is an edit.
        for candidate in candidates where abs(candidate.count - letters.count) <= limit {
            let distance = editDistance(letters, Array(candidate))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `; did you mean 'x'?`, or nothing: to be appended to a message.
    package static func hint(for name: some StringProtocol, among candidates: some Sequence<String>) -> String {
        of(name, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    private static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (i, leftCharacter) in left.enumerated() {
            var row = [i + 1]
            for (j, rightCharacter) in right.enumerated() {
                var distance = last[j] + (leftCharacter == rightCharacter ? 0 : 1)
                distance = min(distance, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, leftCharacter == right[j - 1], left[i - 1] == rightCharacter {
                    distance = min(distance, beforeLast[j - 1] + 1)
                }
                row.append(distance)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
