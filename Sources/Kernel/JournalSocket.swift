internal import CLinux
internal import Glibc

/// The journal's socket, to which a program gives records with fields (systemd.journal-fields(7)): one datagram for each, or a sealed
/// file in memory for one that is larger than a datagram may be. It never waits.
package struct JournalSocket: ~Copyable {
    private let descriptor: Descriptor
    private let address: UnixAddress

    /// Where systemd-journald(8) listens.
    package static let usualPath = "/run/systemd/journal/socket"

    package init(path: String = usualPath) throws(SystemError) {
        let address = try UnixAddress(path: path)
        let descriptor = try address.openSocket()
        try Self.connect(descriptor, to: address)
        self.init(descriptor, address)
    }

    private init(_ descriptor: consuming Descriptor, _ address: UnixAddress) {
        self.descriptor = descriptor
        self.address = address
    }

    private static func connect(_ descriptor: borrowing Descriptor, to address: UnixAddress) throws(SystemError) {
        let raw = descriptor.raw
        try systemCall("connect", address.path) {
            unsafe address.withPointer { unsafe Int(Glibc.connect(raw, $0, $1)) }
        }
    }

    /// Hands over a whole record. `.wouldBlock`: the journal has no room for it now, or is being started again.
    package func write(_ record: UnsafeRawBufferPointer) -> Descriptor.Transfer {
        do throws(SystemError) {
            do throws(SystemError) {
                try unsafe hand(record)
            } catch {
                // The journal that it was connected to has gone.
                guard Self.isGone(error) else { throw error }
                try Self.connect(descriptor, to: address)
                try unsafe hand(record)
            }
            return .bytes(record.count)
        } catch {
            return .wouldBlock
        }
    }

    private static func isGone(_ error: SystemError) -> Bool {
        [ECONNREFUSED, ECONNRESET, ENOTCONN, EPIPE].contains(error.code)
    }

    private func hand(_ record: UnsafeRawBufferPointer) throws(SystemError) {
        let (raw, start, size) = (descriptor.raw, record.baseAddress, record.count)
        do throws(SystemError) {
            try systemCall("send", "journal") { unsafe send(raw, start, size, Int32(MSG_NOSIGNAL)) }
        } catch {
            guard error.code == EMSGSIZE || error.code == ENOBUFS else { throw error }
            let memory = try unsafe Descriptor.sealedMemory("cronsupd-log", record)
            let number = memory.raw
            try systemCall("sendmsg", "journal") { clinux_send_with_descriptor(raw, number, nil, 0) }
        }
    }
}

/// Whether the standard streams lead to the journal, as systemd says in JOURNAL_STREAM (systemd.exec(5)).
package enum JournalStream {
    package static func leads(to number: Int32) -> Bool {
        guard let named = ThisProcess.environment("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { return false }
        return named == "\(status.st_dev):\(status.st_ino)"
    }
}
