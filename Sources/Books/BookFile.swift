package import Journal
package import Kernel
import Values

/// The books of a registry's jobs in memory that outlives the daemon: a booking is whole in them or not at all, at whichever
/// instruction the daemon was killed.
///
/// A page for the file's head, then chunks of 64 jobs: their names, then two records of each.
///
/// | offset of the head | what it says                                        |
/// |--------------------|-----------------------------------------------------|
/// | 0, 8               | the format, the chunks                              |
/// | 64                 | the number of the booking in force: the commit      |
/// | 128                | a random number of these books                      |
/// | 512                | the boot                                            |
///
/// A booking writes, in this order: what belongs to it in the journal; the job's record that is not in force, stamped with the
/// booking's number; the number. A record that is stamped above the number in force does not exist, and of two the younger counts.
/// The first act of a new daemon is to remove records that do not exist: with the next booking of another job their number would be
/// in force.
package final class BookFile {
    private let file: MappedFile
    /// The names' hashes, and where their records are.
    private var places: [UInt64: [Int]] = [:]
    private var free: [Int] = []
    private var chunks: Int
    /// The number of the booking in force.
    package private(set) var number: UInt64
    /// Whether they are new: nothing of before is in them.
    package private(set) var areNew = false
    /// What goes into it is in force with the bookings here.
    package var journal: JournalWriter?

    private enum Head {
        static let (format, chunks, number, id, boot) = (0, 8, 64, 128, 512)
        static let (size, longestBoot) = (4_096, 256)
    }

    private enum Chunk {
        static let (jobs, name, record) = (64, 264, 576)
        static let size = jobs * (name + 2 * record)
    }

    /// A record: the number of its booking, 52 words, the length of the text, the text, four words. These came later, for which the text
    /// became shorter: in records of before there may be text in their place.
    private enum Record {
        static let (words, headWords, textLength, text, tail) = (8, 52, 424, 432, 544)
    }

    /// The format's number. Files of another are not read.
    private static let format = UInt64(0x424F_4F4B_0000_0001)
    /// In bytes.
    package static let longestName = Chunk.name - 8
    package static let longestText = Record.tail - Record.text

    /// Of a record.
    package typealias Words = [56 of Int64]

    /// `boot`: what is of another one is not taken up. `id`: of new ones.
    package init(_ file: MappedFile, boot: String, id: UInt64 = .random(in: 1...(.max))) throws(SystemError) {
        self.file = file
        try file.grow(to: Head.size + Chunk.size)
        (chunks, number) = (0, 0)
        let text = Self.boot(boot)
        if file.load(Head.format) == Self.format, file.load(Head.number) < 1 << 62,
            file.bytes(at: Head.boot, Head.longestBoot) == text
        {
            take()
        } else {
            try begin(text)
        }
        if self.id == 0 { file.store(id, Head.id) }
    }

    /// Of these books: what is summed up in others begins anew.
    package var id: UInt64 { file.load(Head.id) }

    /// Whether it is still the file of its name.
    package var isStillThere: Bool { file.isStillThere }

    /// In bytes, of a file with one chunk.
    package static var smallest: Int { Head.size + Chunk.size }

    private static func boot(_ boot: String) -> [UInt8] {
        let bytes = Array(boot.utf8.prefix(Head.longestBoot))
        return bytes + [UInt8](repeating: 0, count: Head.longestBoot - bytes.count)
    }

    // MARK: Opening

    private func begin(_ boot: [UInt8]) throws(SystemError) {
        areNew = true
        file.publish(0, Head.format)
        for offset in stride(from: 0, to: file.size, by: 8) { file.store(0, offset) }
        file.write(boot.span, at: Head.boot)
        chunks = (file.size - Head.size) / Chunk.size
        file.store(UInt64(chunks), Head.chunks)
        free = (0..<(chunks * Chunk.jobs)).reversed()
        file.publish(Self.format, Head.format)
    }

    private func take() {
        number = file.acquire(Head.number)
        chunks = min(Int(clamping: file.load(Head.chunks)), (file.size - Head.size) / Chunk.size)
        for place in 0..<(chunks * Chunk.jobs) {
            wipe(place)
            if let name = name(at: place) { note(name, place) } else { free.append(place) }
        }
        free.reverse()
    }

    /// What was not committed.
    private func wipe(_ place: Int) {
        for copy in 0...1 where stamp(place, copy) > number { file.store(0, offset(place, copy)) }
    }

    /// Names that have the same hash are told apart in the file.
    private func note(_ name: [UInt8], _ place: Int) { places[StableHash.of(name), default: []].append(place) }

    // MARK: Names

    /// All that have one.
    package var names: [String] {
        places.values.joined().compactMap { name(at: $0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Where its records are; `nil`: it has none.
    package func place(of name: String) -> Int? {
        let bytes = Array(name.utf8)
        return places[StableHash.of(bytes)]?.first { self.name(at: $0) == bytes }
    }

    /// The same, where there is none made for it. `name`: at most `longestName` bytes.
    package func makePlace(of name: String) throws(SystemError) -> Int {
        if let place = place(of: name) { return place }
        let bytes = Array(name.utf8)
        precondition(bytes.count <= Self.longestName, "a name of \(bytes.count) bytes in the books")
        if free.isEmpty { try addChunk() }
        let place = free.removeLast()
        file.write(bytes.span, at: nameOffset(place) + 8)
        file.publish(UInt64(bytes.count), nameOffset(place))
        note(bytes, place)
        return place
    }

    /// It has none any more.
    package func remove(_ name: String) {
        guard let place = place(of: name) else { return }
        places[StableHash.of(Array(name.utf8))]?.removeAll { $0 == place }
        for copy in 0...1 { file.store(0, offset(place, copy)) }
        file.publish(0, nameOffset(place))
        free.append(place)
    }

    private func addChunk() throws(SystemError) {
        try file.grow(to: Head.size + (chunks + 1) * Chunk.size)
        free = (0..<Chunk.jobs).reversed().map { chunks * Chunk.jobs + $0 }
        for place in free {
            file.store(0, nameOffset(place))
            for copy in 0...1 { file.store(0, offset(place, copy)) }
        }
        chunks += 1
        file.publish(UInt64(chunks), Head.chunks)
    }

    private func name(at place: Int) -> [UInt8]? {
        let count = file.acquire(nameOffset(place))
        guard 1...UInt64(Self.longestName) ~= count else { return nil }
        return file.bytes(at: nameOffset(place) + 8, Int(count))
    }

    // MARK: Records

    /// The one in force.
    package func record(at place: Int) -> (words: Words, text: String)? {
        guard let copy = inForce(place) else { return nil }
        let offset = offset(place, copy)
        var words = Words(repeating: 0)
        for index in words.indices { words[index] = Int64(bitPattern: file.load(offset + Self.place(ofWord: index))) }
        let count = min(Int(clamping: file.load(offset + Record.textLength)), Self.longestText)
        let text = file.bytes(at: offset + Record.text, count)
        return (words, String(decoding: text, as: UTF8.self))
    }

    private static func place(ofWord index: Int) -> Int {
        index < Record.headWords ? Record.words + 8 * index : Record.tail + 8 * (index - Record.headWords)
    }

    /// Whether the one in force says this.
    package func has(_ words: borrowing Words, _ text: String, at place: Int) -> Bool {
        guard let copy = inForce(place) else { return false }
        let offset = offset(place, copy)
        guard file.holds(words.span.extracting(first: Record.headWords), offset + Record.words),
            file.holds(words.span.extracting(droppingFirst: Record.headWords), offset + Record.tail),
            file.load(offset + Record.textLength) == UInt64(text.utf8.count)
        else { return false }
        return text.isEmpty || file.bytes(at: offset + Record.text, text.utf8.count) == Array(text.utf8)
    }

    private func inForce(_ place: Int) -> Int? {
        let stamps = (stamp(place, 0), stamp(place, 1))
        if stamps.0 == 0, stamps.1 == 0 { return nil }
        return stamps.0 > stamps.1 ? 0 : 1
    }

    private func stamp(_ place: Int, _ copy: Int) -> UInt64 { file.load(offset(place, copy)) }

    private func chunk(_ place: Int) -> Int { Head.size + place / Chunk.jobs * Chunk.size }

    private func nameOffset(_ place: Int) -> Int { chunk(place) + place % Chunk.jobs * Chunk.name }

    private func offset(_ place: Int, _ copy: Int) -> Int {
        chunk(place) + Chunk.jobs * Chunk.name + (place % Chunk.jobs * 2 + copy) * Chunk.record
    }

    // MARK: A booking

    /// `text`: at most `longestText` bytes.
    package func book(_ words: borrowing Words, _ text: String, at place: Int) {
        stage(words, text, at: place)
        commit()
    }

    /// The record that is not in force, with the number of the next booking.
    func stage(_ words: borrowing Words, _ text: String, at place: Int) {
        let copy = inForce(place).map { 1 - $0 } ?? 0
        let offset = offset(place, copy)
        file.store(number + 1, offset)
        file.store(words.span.extracting(first: Record.headWords), offset + Record.words)
        file.store(words.span.extracting(droppingFirst: Record.headWords), offset + Record.tail)
        file.store(UInt64(text.utf8.count), offset + Record.textLength)
        if !text.isEmpty { file.write(text.utf8.span, at: offset + Record.text) }
    }

    /// What was staged in the journal alone.
    package func bookJournal() { if journal?.hasStaged ?? false { commit() } }

    /// What was staged is in force.
    func commit() {
        journal?.prepare(number + 1)
        enforce()
        publish()
    }

    /// The commit.
    func enforce() {
        number += 1
        file.publish(number, Head.number)
    }

    func publish() {
        journal?.publish()
        // What is stored next must not be there before.
        file.fence()
    }
}
