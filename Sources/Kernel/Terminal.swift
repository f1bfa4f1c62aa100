internal import Glibc

/// A terminal that a person looks at.
package enum Terminal {
    package enum Stream: Int32, Sendable {
        case output = 1
        case error = 2
    }

    package static func isThere(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

    /// In columns; `nil`: it is none, or does not say.
    package static func width(_ stream: Stream) -> Int? {
        var size = winsize()
        let result = unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size)
        return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }
}
