package import Kernel

/// The reading end of a pipe, line by line. A line that is too long is cut, and how much of it was lost is told.
package struct Inbox {
    /// `nil`: it is closed.
    package private(set) var end: Box<Descriptor>?
    private var lines: LineSplitter
    /// So many bytes are still taken.
    private var room: Int

    /// `longestLine`: without its newline. `most`: so many bytes are read in all.
    package init(_ end: consuming Descriptor, longestLine: Int, most: Int = .max) {
        self.end = Box(end)
        (lines, room) = (LineSplitter(longest: longestLine), most)
    }

    /// Reads once. `.closed`: nothing more comes, or is taken.
    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Descriptor.Transfer {
        guard let end else { return .wouldBlock }
        // A pipe has no errors but those of a wrong call; for the loop it is over then.
        guard room > 0, let transfer = try? end.value.read(into: buffer) else { return .closed }
        if case .bytes(let count) = transfer { room -= count }
        return transfer
    }

    /// Calls `body` with each line that is complete with what was read.
    package mutating func split(
        _ buffer: UnsafeMutableRawBufferPointer, _ count: Int, _ body: (UnsafeRawBufferPointer, _ lost: Int) -> Void
    ) {
        lines.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), body)
    }

    /// Calls `body` with what has come of the last line, if there is any.
    package mutating func finish(_ body: (UnsafeRawBufferPointer, _ lost: Int) -> Void) {
        if room > 0 { lines.finish(body) }
    }

    /// Others may hold the writing end open for ever: the poller must be told before the close.
    package mutating func close(_ poller: borrowing Poller) {
        if let end { poller.remove(end.value) }
        end = nil
    }
}
