package import Kernel

/// The daemon's end of the journal. What is staged is there for the reader when the booking that it belongs to is in force: in
/// the journal and in the books alike, or in neither.
///
/// The order of a booking: `stage`, any number of times; `prepare`, with the booking's number; the booking's commit, which is a
/// single store elsewhere (`BookFile`); `publish`.
package final class JournalWriter {
    private let ring: JournalRing
    private var state: State
    /// Whether `prepare` has something to write.
    package private(set) var hasStaged = false
    /// The copy of the state that is not in force.
    private var copy = 1

    fileprivate struct State {
        /// The bytes ever written, and where the ring's first byte is among them.
        var written = UInt64(0)
        var origin = UInt64(0)
        /// Of the last record. One that there was no room for has one too.
        var number = UInt64(0)
        var lost = JournalLoss()
    }

    package static let smallest = 64 * 1_024
    package static let (fewestBytes, mostBytes) = (1_024 * 1_024, 1_024 * 1_024 * 1_024)

    /// The journal of this name, or a new one with `capacity` bytes. One of another boot, or of another format, begins anew, and one of
    /// another size if the reader has all of it. `inForce`: the number of the last booking in force. `mayGoOn`: the books of these bookings
    /// are those that it was written with. `id`: of a new one.
    package init(
        in directory: borrowing PrivateDirectory, capacity: Int, boot: String, inForce: UInt64, mayGoOn: Bool,
        id: (UInt64, UInt64)
    ) throws(SystemError) {
        let capacity = max(capacity, Self.smallest) & ~4_095
        let text = Self.boot(boot)
        if mayGoOn, FileSystem.exists("\(directory.path)/\(JournalReader.file)"),
            let (ring, state, copy) = try Self.taken(in: directory, boot: text, inForce: inForce),
            ring.capacity == capacity || !Self.isEmpty(ring, state)
        {
            (self.ring, self.state, self.copy) = (ring, state, 1 - copy)
            publish()
            return
        }
        // Whoever reads the one before goes on with that: it is another file from here on.
        try? FileSystem.remove("\(directory.path)/\(JournalReader.file)")
        let file = try MappedFile(JournalReader.file, in: directory, atLeast: JournalRing.Head.size + capacity)
        ring = JournalRing(file, capacity: capacity)
        state = State()
        file.write(text.span, at: JournalRing.Head.boot)
        file.store(UInt64(capacity), JournalRing.Head.capacity)
        file.store(id.0, JournalRing.Head.id)
        file.store(id.1, JournalRing.Head.id + 8)
        // A booking of before does not count for it.
        file.store(inForce, JournalRing.Head.states)
        file.publish(JournalRing.format, JournalRing.Head.format)
    }

    private static func boot(_ boot: String) -> [UInt8] {
        let bytes = Array(boot.utf8.prefix(JournalRing.Head.longestBoot))
        return bytes + [UInt8](repeating: 0, count: JournalRing.Head.longestBoot - bytes.count)
    }

    // MARK: Opening

    /// What a life before this one has left. `nil`: nothing that can be gone on with.
    private static func taken(
        in directory: borrowing PrivateDirectory, boot: [UInt8], inForce: UInt64
    ) throws(SystemError) -> (JournalRing, State, copy: Int)? {
        let file = try MappedFile(JournalReader.file, in: directory, atLeast: JournalRing.Head.size)
        let capacity = Int(clamping: file.load(JournalRing.Head.capacity))
        guard file.acquire(JournalRing.Head.format) == JournalRing.format, capacity >= smallest,
            capacity % 4_096 == 0, file.size - JournalRing.Head.size >= capacity,
            file.bytes(at: JournalRing.Head.boot, boot.count) == boot
        else { return nil }
        wipe(file, inForce)
        let copy = stamp(file, 1) > stamp(file, 0) ? 1 : 0
        let ring = JournalRing(file, capacity: capacity)
        let state = State(file, JournalRing.Head.states + copy * JournalRing.Head.state)
        return state.isPossible(file, ring) ? (ring, state, copy) : nil
    }

    /// Of a booking that is not in force: with the next one it would be.
    private static func wipe(_ file: MappedFile, _ inForce: UInt64) {
        for copy in 0...1 where stamp(file, copy) > inForce {
            file.store(0, JournalRing.Head.states + copy * JournalRing.Head.state)
        }
    }

    private static func stamp(_ file: MappedFile, _ copy: Int) -> UInt64 {
        file.load(JournalRing.Head.states + copy * JournalRing.Head.state)
    }

    private static func isEmpty(_ ring: JournalRing, _ state: borrowing State) -> Bool {
        ring.file.acquire(JournalRing.Head.freed) == state.written
    }

    // MARK: Writing

    package var id: (UInt64, UInt64) { (ring.file.load(JournalRing.Head.id), ring.file.load(JournalRing.Head.id + 8)) }
    /// In bytes.
    package var capacity: Int { ring.capacity }
    /// In bytes, with what is staged.
    package var used: Int { Int(clamping: state.written &- freed) }
    /// With what is staged.
    package var lost: JournalLoss { state.lost }
    /// All that was lost since this writer began, and whether there is little room: to be asked often.
    package private(set) var losses = UInt64(0)
    package var isHalfFull: Bool { used > ring.capacity / 2 }

    private var freed: UInt64 { min(ring.file.acquire(JournalRing.Head.freed), state.written) }

    /// What the reader says of itself, since this journal was begun.
    package var readerNews: JournalReaderNews {
        var news = JournalReaderNews()
        (news.commits, news.failures) = (ring.file.load(Head.commits), ring.file.load(Head.failures))
        (news.size, news.isWell) = (ring.file.load(Head.bytes), ring.file.load(Head.isWell) != 0)
        return news
    }

    /// The bytes ever written, with what is staged.
    package var written: UInt64 { state.written }

    /// Whether the reader has given back all before this position.
    package func isFreed(through position: UInt64) -> Bool { freed >= position }

    private typealias Head = JournalRing.Head

    package var isReaderAsleep: Bool { ring.file.load(JournalRing.Head.sleeps) != 0 }

    /// Whether the reader sleeps and is to be woken for what was published. It is asked for once: who asks wakes it.
    package func takeSleeper() -> Bool {
        guard isReaderAsleep else { return false }
        ring.file.publish(0, JournalRing.Head.sleeps)
        return true
    }

    /// Returns whether there was room for it. `isCounted`: if not, it is lost.
    @discardableResult
    package func stage(_ frame: borrowing JournalFrame, _ weight: JournalWeight, isCounted: Bool = true) -> Bool {
        let (size, freed) = (JournalRing.size(frame), freed)
        // An empty ring begins at its first byte: of one that is little used few pages are touched.
        if state.written == freed { state.origin = freed }
        let rest = ring.rest(state.written, origin: state.origin)
        let skipped = rest < size ? rest : 0
        guard Int(state.written &- freed) + skipped + size <= weight.share(of: ring.capacity) else {
            if isCounted { lose(weight) }
            return false
        }
        hasStaged = true
        state.number += 1
        if skipped > 0 { ring.file.store(JournalRing.wrap, ring.offset(state.written, origin: state.origin)) }
        state.written += UInt64(skipped)
        ring.write(frame, size: size, number: state.number, at: ring.offset(state.written, origin: state.origin))
        state.written += UInt64(size)
        return true
    }

    /// One that is not even tried.
    package func lose(_ weight: JournalWeight) {
        hasStaged = true
        state.number += 1
        state.lost[weight] += 1
        losses += 1
    }

    /// `stamp`: the number that the booking is about to have.
    package func prepare(_ stamp: UInt64) {
        guard hasStaged else { return }
        let (file, place) = (ring.file, JournalRing.Head.states + copy * JournalRing.Head.state)
        copy = 1 - copy
        file.store(stamp, place)
        state.store(in: file, place)
    }

    /// What was prepared is in force: the reader may have it. To be followed by a fence.
    package func publish() {
        let file = ring.file
        file.store(state.origin, JournalRing.Head.origin)
        for weight in JournalWeight.allCases {
            file.store(state.lost[weight], JournalRing.Head.dropped + 8 * weight.rawValue)
        }
        file.publish(state.written, JournalRing.Head.written)
        hasStaged = false
    }
}

extension JournalWriter.State {
    fileprivate init(_ file: MappedFile, _ place: Int) {
        (written, origin, number) = (file.load(place + 8), file.load(place + 16), file.load(place + 24))
        for weight in JournalWeight.allCases { lost[weight] = file.load(place + 32 + 8 * weight.rawValue) }
    }

    fileprivate func store(in file: MappedFile, _ place: Int) {
        file.store(written, place + 8)
        file.store(origin, place + 16)
        file.store(number, place + 24)
        for weight in JournalWeight.allCases { file.store(lost[weight], place + 32 + 8 * weight.rawValue) }
    }

    /// A file may be damaged.
    fileprivate func isPossible(_ file: MappedFile, _ ring: JournalRing) -> Bool {
        let freed = file.acquire(JournalRing.Head.freed)
        return written < 1 << 60 && number < 1 << 60 && origin <= written && freed <= written && written % 8 == 0
            && origin % 8 == 0 && Int(written - freed) <= ring.capacity
    }
}
