package import Kernel

/// What is counted for those who watch the daemon, in memory that outlives it: counters go on over its restarts, and begin at 0 with
/// the boot.
///
/// | offset | what it says                                                    |
/// |--------|-----------------------------------------------------------------|
/// | 0      | the format                                                      |
/// | 8      | whose it is: the random number of the books                     |
/// | 64     | the daemon's counters                                           |
/// | 4096   | a row for each job, in the place that its record has in the books |
///
/// A counter is a word that is stored at once: at whichever instruction the daemon was killed, it is as it was before or after it.
package final class CounterFile {
    private let file: MappedFile

    private enum Head {
        static let (format, owner, counters) = (0, 8, 64)
        static let size = 4_096
    }

    /// The format's number. Files of another begin anew.
    private static let format = UInt64(0x434E_5452_0000_0001)
    /// Of the daemon.
    package static let counters = (Head.size - Head.counters) / 8
    /// Of a job, in words.
    package static let columns = 8
    private static let rowSize = 8 * columns
    /// Rows are made by so many.
    private static let portion = 64

    /// In bytes, of a file with one portion.
    package static let smallest = Head.size + portion * rowSize

    /// `owner`: of another's nothing is taken up. `isNew`: nor of anybody's.
    package init(_ file: MappedFile, owner: UInt64, isNew: Bool = false) throws(SystemError) {
        self.file = file
        try file.grow(to: Self.smallest)
        let isOwn = file.acquire(Head.format) == Self.format && file.load(Head.owner) == owner
        if isNew || !isOwn { begin(owner) }
    }

    private func begin(_ owner: UInt64) {
        file.publish(0, Head.format)
        for offset in stride(from: 0, to: file.size, by: 8) where file.load(offset) != 0 { file.store(0, offset) }
        file.store(owner, Head.owner)
        file.publish(Self.format, Head.format)
    }

    /// A counter of the daemon.
    package subscript(counter: Int) -> UInt64 {
        get { file.load(Head.counters + 8 * counter) }
        set { file.store(newValue, Head.counters + 8 * counter) }
    }

    // MARK: Jobs

    private func offset(_ place: Int, _ column: Int) -> Int { Head.size + place * Self.rowSize + 8 * column }

    private func has(_ place: Int) -> Bool { offset(place + 1, 0) <= file.size }

    /// Of a job that there is no row for it is 0, and stays so.
    package subscript(place: Int, column: Int) -> UInt64 {
        get { has(place) ? file.load(offset(place, column)) : 0 }
        set { if has(place) { file.store(newValue, offset(place, column)) } }
    }

    /// The job in this place is a new one.
    package func begin(_ place: Int) throws(SystemError) {
        let portions = place / Self.portion + 1
        try file.grow(to: Head.size + portions * Self.portion * Self.rowSize)
        for column in 0..<Self.columns where self[place, column] != 0 { self[place, column] = 0 }
    }

    /// All that is counted of the job, to be counted on in another place.
    package func row(_ place: Int) -> [UInt64] { (0..<Self.columns).map { self[place, $0] } }
}
