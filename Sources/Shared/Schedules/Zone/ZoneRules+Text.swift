/// The rules as one line, for whoever is to go by the same rules as somebody else, whatever has become of the zone's file:
/// the first offset, each transition with the offset from then on, and the rule that holds for ever.
extension ZoneRules {
    package var text: String {
        var text = "\(offsets[0])"
        for (index, transition) in transitions.enumerated() { text += " \(transition) \(offsets[index + 1])" }
        // The table may end with a transition that changes no clock, and the footer begins behind it.
        if tableEnd != transitions.last ?? .min { text += " \(tableEnd) \(offsets[offsets.count - 1])" }
        if let footer { text += " \(footer.text)" }
        return text
    }

    /// `nil` if the text is none.
    package init?(text: String) {
        var numbers: [Int64] = []
        var footer: ZoneFooter?
        for word in text.split(separator: " ") {
            guard footer == nil else { return nil }
            if let number = Int64(word) {
                numbers.append(number)
            } else {
                footer = ZoneFooter(Array(word.utf8))
                if footer == nil { return nil }
            }
        }
        guard numbers.count % 2 == 1 else { return nil }
        var (transitions, offsets) = ([Int64](), [numbers[0]])
        for index in stride(from: 1, to: numbers.count, by: 2) {
            transitions.append(numbers[index])
            offsets.append(numbers[index + 1])
        }
        guard ZoneFile.areSound(transitions, offsets) else { return nil }
        self.init(transitions: transitions, offsets: offsets, footer: footer)
    }
}
