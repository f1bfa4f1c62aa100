package import Clocks

/// So long after the machine was booted.
package func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

/// The slot at that moment, on either clock.
package func at(_ seconds: Int64) -> SlotInstant { SlotInstant(nanoseconds: seconds * 1_000_000_000) }
