import Kernel
import TestSupport
import Testing

@testable import Books

@Suite("Counters in shared memory")
struct CounterFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open(owner: UInt64 = 7, isNew: Bool = false) throws -> CounterFile {
        let place = try PrivateDirectory.open(directory.path)
        let file = try MappedFile("counters", in: place, atLeast: CounterFile.smallest)
        return try CounterFile(file, owner: owner, isNew: isNew)
    }

    @Test("go on for the next one who opens the file")
    func goOn() throws {
        do {
            let counters = try open()
            for place in [0, 1, 64, 1_000] { try counters.begin(place) }
            (counters[3], counters[0, 0], counters[1_000, 7]) = (5, 6, .max)
        }
        let counters = try open()
        #expect(counters[3] == 5 && counters[0, 0] == 6 && counters[1_000, 7] == .max && counters[1_000, 0] == 0)
        #expect(counters.row(1_000) == [0, 0, 0, 0, 0, 0, 0, .max])
    }

    @Test("begin at 0 with other books, and with new ones")
    func begin() throws {
        for (owner, isNew) in [(UInt64(8), false), (8, true)] {
            do {
                let counters = try open()
                (counters[3], counters[1, 2]) = (5, 6)
            }
            let counters = try open(owner: owner, isNew: isNew)
            #expect(counters[3] == 0 && counters[1, 2] == 0)
        }
    }

    @Test("of a job are 0 for the next one in its place, and where there is none")
    func places() throws {
        let counters = try open()
        try counters.begin(5)
        (counters[5, 1], counters[6, 1]) = (9, 8)
        try counters.begin(5)
        #expect(counters[5, 1] == 0 && counters[6, 1] == 8)
        counters[100_000, 1] = 3
        #expect(counters[100_000, 1] == 0)
    }
}
