import Schedules

@testable import struct Schedules.CronFields

/// Reads an expression as the entry `app:job` has it.
func read(
    _ text: String, entry: String? = "app:job", hasSeconds: Bool = false
) throws(CronFailure) -> CronExpression {
    try CronParser(entry: entry, hasSeconds: hasSeconds).parse(text)
}

/// What is wrong with an expression; `nil`: nothing.
func failure(_ text: String, entry: String? = "app:job", hasSeconds: Bool = false) -> CronFailure? {
    do {
        _ = try read(text, entry: entry, hasSeconds: hasSeconds)
        return nil
    } catch {
        return error
    }
}

/// The numbers of the bits that are set.
func numbers(_ bits: UInt64) -> [Int] { (0..<64).filter { bits >> UInt64($0) & 1 == 1 } }

func bits(_ numbers: some Sequence<Int>) -> UInt64 { numbers.reduce(0) { $0 | 1 << UInt64($1) } }
