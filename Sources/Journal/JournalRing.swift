import Kernel

/// The journal's file: a page that says where it stands, and after it a ring of frames. One process writes, one reads, and either may
/// be killed at any instruction.
///
/// | offset     | what it says                                                          | written by |
/// |------------|-----------------------------------------------------------------------|------------|
/// | 0, 8       | the format, the bytes of the ring                                     | writer     |
/// | 16, 24     | the journal's identity: two random numbers                            | writer     |
/// | 64         | the bytes ever written: what lies before may be read                  | writer     |
/// | 72         | the position at which the ring's first byte was written last          | writer     |
/// | 80, 88, 96 | how many records of each weight there was no room for                 | writer     |
/// | 128        | the bytes ever freed                                                  | reader     |
/// | 136, 144   | how often it has committed, and how often that has failed             | reader     |
/// | 152, 160   | the bytes of its database, and whether all went well the last time    | reader     |
/// | 192        | whether the reader sleeps: set by the reader                          | both       |
/// | 256, 320   | two copies of what the writer goes on from, each stamped with a booking | writer   |
/// | 512        | the boot                                                              | writer     |
/// | 4096       | the ring                                                              | writer     |
///
/// A frame is its head (its bytes, how many numbers and texts), its number, the numbers, and each text with its length, all in
/// words of 64 bits. It does not go over the ring's end: the rest of a lap has one word that says so.
struct JournalRing {
    let file: MappedFile
    let capacity: Int

    enum Head {
        static let (format, capacity, id) = (0, 8, 16)
        static let (written, origin, dropped) = (64, 72, 80)
        static let (freed, sleeps) = (128, 192)
        static let (commits, failures, bytes, isWell) = (136, 144, 152, 160)
        static let (states, state) = (256, 64)
        static let (boot, longestBoot) = (512, 256)
        static let size = 4_096
    }

    /// Files of another are not read.
    static let format = UInt64(0x4A52_4E4C_0000_0001)
    /// At the head of a frame: bytes that are none are seen.
    private static let mark = UInt64(0xC5) << 56
    /// In the place of a frame: the rest of this lap is empty.
    static let wrap = UInt64(0x5C) << 56

    init(_ file: MappedFile, capacity: Int) { (self.file, self.capacity) = (file, capacity) }

    /// `position`: counted from the first byte ever written.
    func offset(_ position: UInt64, origin: UInt64) -> Int { Head.size + Int((position &- origin) % UInt64(capacity)) }

    /// From there to the end of its lap, in bytes.
    func rest(_ position: UInt64, origin: UInt64) -> Int { capacity - Int((position &- origin) % UInt64(capacity)) }

    // MARK: Frames

    static func size(_ frame: borrowing JournalFrame) -> Int {
        var size = 16 + 8 * frame.count
        for text in frame.texts { size += 8 + padded(text.utf8.count) }
        return size
    }

    private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }

    func write(_ frame: borrowing JournalFrame, size: Int, number: UInt64, at offset: Int) {
        let head = UInt64(size) | UInt64(frame.count) << 32 | UInt64(frame.texts.count) << 40 | Self.mark
        file.store(head, offset)
        file.store(number, offset + 8)
        file.store(frame.words.span.extracting(first: frame.count), offset + 16)
        var next = offset + 16 + 8 * frame.count
        for text in frame.texts {
            file.store(UInt64(text.utf8.count), next)
            file.write(text.utf8.span, at: next + 8)
            next += 8 + Self.padded(text.utf8.count)
        }
    }

    /// `most`: the frame ends before so many bytes. `nil`: there is no frame.
    func read(at offset: Int, most: Int) -> (number: UInt64, frame: JournalFrame, size: Int)? {
        guard most >= 16 else { return nil }
        let head = file.load(offset)
        let (size, count, texts) = (Int(head & 0xFFFF_FFFF), Int(head >> 32 & 0xFF), Int(head >> 40 & 0xFF))
        var frame = JournalFrame()
        guard head & 0xFFFF_0000_0000_0000 == Self.mark, size <= most, 16 + 8 * (count + texts) <= size,
            count <= frame.words.count, texts <= JournalFrame.mostTexts
        else { return nil }
        for index in 0..<count { frame.append(Int64(bitPattern: file.load(offset + 16 + 8 * index))) }
        var next = 16 + 8 * count
        for _ in 0..<texts {
            guard next + 8 <= size else { return nil }
            let length = file.load(offset + next)
            guard length <= UInt64(JournalFrame.longestText), next + 8 + Self.padded(Int(length)) <= size else {
                return nil
            }
            frame.append(String(decoding: file.bytes(at: offset + next + 8, Int(length)), as: UTF8.self))
            next += 8 + Self.padded(Int(length))
        }
        return next == size ? (file.load(offset + 8), frame, size) : nil
    }
}

/// How many records there was no room for, by their weight.
package struct JournalLoss: Hashable, Sendable {
    package var output = UInt64(0)
    package var incidents = UInt64(0)
    package var rows = UInt64(0)

    package init() {}

    package subscript(weight: JournalWeight) -> UInt64 {
        get {
            switch weight {
            case .output: output
            case .incident: incidents
            case .row: rows
            }
        }
        set {
            switch weight {
            case .output: output = newValue
            case .incident: incidents = newValue
            case .row: rows = newValue
            }
        }
    }
}

/// What goes first when there is little room.
package enum JournalWeight: Int, Hashable, Sendable, CaseIterable {
    /// Lines of runs: three quarters of the journal are for them.
    case output
    /// What has happened beside the runs, and that a run has begun: nine tenths.
    case incident
    /// What slots and runs came to.
    case row

    /// How much of the journal may be full after it.
    func share(of capacity: Int) -> Int {
        switch self {
        case .output: capacity / 4 * 3
        case .incident: capacity / 10 * 9
        case .row: capacity
        }
    }
}

/// What the reader says of itself.
package struct JournalReaderNews: Hashable, Sendable {
    package var commits = UInt64(0)
    package var failures = UInt64(0)
    /// Of its database, in bytes.
    package var size = UInt64(0)
    /// All went well the last time.
    package var isWell = false

    package init() {}
}
