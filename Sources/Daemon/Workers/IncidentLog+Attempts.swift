import Logging
import Model
import Turns

extension IncidentLog {
    /// An attempt was announced that will not be made.
    func retryGivenUp(_ booking: Booking, _ job: Job) {
        let number = (booking.run?.attempt ?? 0) + 1
        let why =
            booking.reason == .byOperator
            ? "an operator has given it up" : "the next slot is due, the clock was set back, or the job ends"
        let text: LogValue = "attempt \(number) will not be made: \(why)"
        records(.notice, "Retry given up", job, ["outcome": .text(booking.outcome.rawValue), "text": text])
    }
}
