internal import Glibc

/// A terminal that a person looks at.
package enum Terminal {
    package enum Stream: Int32, Sendable {
        case output = 1
        case error = 2
    }

    package static func isThere(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

    /// In columns; `nil`: it is none, or does not say.
    package static func width(_ stream: Stream) -> Int? { size(stream)?.columns }

    /// In lines; `nil`: it is none, or does not say.
    package static func height(_ stream: Stream) -> Int? { size(stream).flatMap { $0.lines > 0 ? $0.lines : nil } }

    private static func size(_ stream: Stream) -> (columns: Int, lines: Int)? {
        var size = winsize()
        let result = unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size)
        return result == 0 && size.ws_col > 0 ? (Int(size.ws_col), Int(size.ws_row)) : nil
    }
}
