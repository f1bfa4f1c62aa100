/// Words for numbers, days and lists.
enum English {
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static let ordinals = ["first", "second", "third", "fourth", "fifth"]

    /// `first`, from 1 to 5.
    static func ordinal(_ number: Int) -> String { ordinals[number - 1] }

    /// `a, b and c`.
    static func list(_ items: [String], _ conjunction: String = "and") -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return "\(items.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }

    private static let longestList = 10

    /// As `list`, the middle of a long one left out.
    static func numbers(_ numbers: [Int]) -> String {
        if isRange(numbers) { return "\(numbers[0]) to \(numbers[numbers.count - 1])" }
        guard numbers.count > longestList else { return list(numbers.map(String.init)) }
        return list(numbers.prefix(3).map(String.init) + ["…"] + numbers.suffix(1).map(String.init))
    }

    /// Three or more in a row.
    static func isRange(_ numbers: [Int]) -> Bool { numbers.count > 2 && step(of: numbers) == 1 }

    /// The distance between neighbours; `nil` if it is not always the same, or there are none.
    static func step(of numbers: [Int]) -> Int? {
        guard numbers.count > 1 else { return nil }
        let step = numbers[1] - numbers[0]
        return zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == step } ? step : nil
    }

    /// `1 minute`, `2 minutes`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// `minute 5`, `minutes 5 and 10`.
    static func numbered(_ noun: String, _ numbers: [Int]) -> String {
        "\(noun)\(numbers.count == 1 ? "" : "s") \(self.numbers(numbers))"
    }
}
