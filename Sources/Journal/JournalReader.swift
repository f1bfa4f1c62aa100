package import Kernel

/// The ledger's end of the journal. It reads ahead of what it frees: what was not freed is read again by the next reader.
package final class JournalReader {
    private let ring: JournalRing
    /// Of the next frame: the bytes ever written before it.
    package private(set) var position: UInt64

    static let file = "journal"

    package init(in directory: borrowing PrivateDirectory) throws(SystemError) {
        let file = try MappedFile(Self.file, in: directory, atLeast: JournalRing.Head.size)
        let path = "\(directory.path)/\(Self.file)"
        let capacity = Int(clamping: file.load(JournalRing.Head.capacity))
        guard file.acquire(JournalRing.Head.format) == JournalRing.format, capacity > 0, capacity % 4_096 == 0,
            file.size - JournalRing.Head.size >= capacity
        else { throw SystemError("mmap", path, code: 0, note: "it is no journal that this program can read") }
        ring = JournalRing(file, capacity: capacity)
        position = file.acquire(JournalRing.Head.freed)
    }

    package var id: (UInt64, UInt64) { (ring.file.load(JournalRing.Head.id), ring.file.load(JournalRing.Head.id + 8)) }
    /// In bytes.
    package var capacity: Int { ring.capacity }
    /// In bytes, of what is written and not freed.
    package var used: Int { Int(clamping: written &- ring.file.load(JournalRing.Head.freed)) }
    private var written: UInt64 { ring.file.acquire(JournalRing.Head.written) }

    package var lost: JournalLoss {
        var loss = JournalLoss()
        for weight in JournalWeight.allCases {
            loss[weight] = ring.file.load(JournalRing.Head.dropped + 8 * weight.rawValue)
        }
        return loss
    }

    /// The next record; `nil`: there is none now.
    package func next() throws(JournalDamage) -> (number: UInt64, frame: JournalFrame)? {
        let written = written
        // It moves only while the ring is empty, and then this is at its end.
        let origin = ring.file.load(JournalRing.Head.origin)
        while position < written {
            guard (position | origin) % 8 == 0 else { throw JournalDamage(position: position) }
            let (offset, rest) = (ring.offset(position, origin: origin), ring.rest(position, origin: origin))
            let most = min(rest, Int(clamping: written - position))
            if ring.file.load(offset) == JournalRing.wrap, most == rest {
                position += UInt64(rest)
                continue
            }
            guard let read = ring.read(at: offset, most: most) else { throw JournalDamage(position: position) }
            position += UInt64(read.size)
            return (read.number, read.frame)
        }
        return nil
    }

    /// After damage: what lies before the last record that was published is left out.
    package func skipAll() { position = written }

    /// For the writer, and those whom it tells.
    package func noteCommit() {
        ring.file.store(ring.file.load(JournalRing.Head.commits) &+ 1, JournalRing.Head.commits)
    }

    package func noteFailure() {
        ring.file.store(ring.file.load(JournalRing.Head.failures) &+ 1, JournalRing.Head.failures)
        ring.file.store(0, JournalRing.Head.isWell)
    }

    /// All that was due is done. `size`: of the database.
    package func noteSuccess(size: Int64) {
        ring.file.store(UInt64(clamping: size), JournalRing.Head.bytes)
        ring.file.store(1, JournalRing.Head.isWell)
    }

    /// Gives the room before this position to the writer.
    package func free(through position: UInt64) { ring.file.publish(position, JournalRing.Head.freed) }

    /// Whether nothing has come meanwhile: from now on the writer says when it has written.
    package func sleep() -> Bool {
        ring.file.publish(1, JournalRing.Head.sleeps)
        // The writer looks at the sign after it has published, and this at what is published after the sign: one of them sees it.
        ring.file.fence()
        if written == position { return true }
        awake()
        return false
    }

    /// The writer need not say when it has written.
    package func awake() { ring.file.publish(0, JournalRing.Head.sleeps) }
}

/// What lies in the journal is no record: somebody else has written in it.
package struct JournalDamage: Error, Hashable, Sendable {
    package var position: UInt64
}
