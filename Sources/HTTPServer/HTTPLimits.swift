package import Clocks

/// How much those who ask may take.
package struct HTTPLimits: Sendable {
    /// Connections whose request has not come, which the oldest of them leaves for a new one.
    package var waiting = 4_096
    /// For the head of a request to come, and between two pieces of what follows.
    package var patience = Nanoseconds.seconds(10)
    /// Connections that are being answered, and those that follow events among them.
    package var answered = 2_048
    package var streams = 1_024
    /// In bytes.
    package var body = 64 * 1_024
    /// Of a connection: for its head, and for what is written of an answer at a time.
    package var memory = 24 * 1_024
    /// Threads that answer what takes time, and requests that wait for them.
    package var threads = 8
    package var queued = 256

    package init() {}
}
