import Clocks
import Glibc
import Kernel

/// Waits until `condition` holds, looking every 20 ms.
///
/// - Throws: `Failure` with `what` and what `evidence` says when it does not hold within `seconds`.
func wait(
    _ what: String, within seconds: Int = 20, evidence: @autoclosure () -> String = "",
    until condition: () throws -> Bool
) throws {
    let end = Clock.monotonic() + .seconds(Int64(seconds))
    while try !condition() {
        guard Clock.monotonic() < end else {
            throw Failure("not within \(seconds) s: \(what)\n\(evidence())")
        }
        takeABreath()
    }
}

/// Between two looks at what is waited for.
private func takeABreath() { usleep(20_000) }
