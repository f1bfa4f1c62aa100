internal import CLinux
internal import Glibc

/// Both ends of a new pipe (pipe(7)), neither of which passes on to other programs by itself.
///
/// Frozen, so that other modules may take the ends out of it one by one.
@frozen
package struct Pipe: ~Copyable {
    package let reader: Descriptor
    package let writer: Descriptor

    /// Which of the ends return at once instead of waiting.
    package enum Nonblocking {
        case reader, writer, both, neither
    }

    package static func open(nonblocking: Nonblocking) throws(SystemError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe2") { unsafe clinux_pipe(&ends, O_CLOEXEC) }
        let pipe = Pipe(reader: Descriptor(owning: ends[0]), writer: Descriptor(owning: ends[1]))
        if nonblocking == .reader || nonblocking == .both { try pipe.reader.setNonblocking() }
        if nonblocking == .writer || nonblocking == .both { try pipe.writer.setNonblocking() }
        return pipe
    }

    /// A pair of sockets in the place of a pipe: its writer may be told not to wait at each write, and hears when the reader is
    /// closed. Both go both ways.
    package static func socket() throws(SystemError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try systemCall("socketpair") { unsafe socketpair(AF_UNIX, kind, 0, &ends) }
        return Pipe(reader: Descriptor(owning: ends[0]), writer: Descriptor(owning: ends[1]))
    }
}
