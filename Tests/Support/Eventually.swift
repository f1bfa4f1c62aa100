import Glibc

/// Whether `condition` comes to hold within a minute: the machine may have other things to do.
///
/// Programs that other tests of the process start have a copy of every descriptor until their exec: the other end of a pipe is
/// gone a moment after it was closed.
package func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<60_000 {
        if try condition() { return true }
        usleep(1_000)
    }
    return try condition()
}
