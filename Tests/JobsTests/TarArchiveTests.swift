import Clocks
import Testing

@testable import Jobs

@Suite("A tar archive")
struct TarArchiveTests {
    private static func archive(_ files: [(name: String, size: Int)], seconds: Int64 = 1_000) throws -> [UInt8] {
        var archive = TarArchive()
        for file in files {
            try archive.add(
                name: file.name, contents: [UInt8](repeating: 0x78, count: file.size),
                modified: WallInstant(nanoseconds: seconds * 1_000_000_000))
        }
        return archive.finished()
    }

    @Test("holds files of any size, each padded to whole blocks", arguments: [0, 1, 511, 512, 513, 1_024, 100_000])
    func sizes(size: Int) throws {
        let members = try TarReader.members(of: Self.archive([("a", size), ("b", 3)]))
        #expect(members.map(\.name) == ["a", "b"])
        #expect(members.map(\.contents.count) == [size, 3])
        #expect(members.allSatisfy { $0.contents.allSatisfy { $0 == 0x78 } })
    }

    @Test("may be empty")
    func empty() throws {
        #expect(try TarReader.members(of: Self.archive([])) == [])
    }

    @Test("has names of up to 100 bytes")
    func names() throws {
        let longest = String(repeating: "é", count: 50)
        #expect(try TarReader.members(of: Self.archive([(longest, 1)])).map(\.name) == [longest])
        let error = JobError("'\(longest)n' is longer than the 100 bytes that a tar name may have")
        #expect(throws: error) { try Self.archive([(longest + "n", 1)]) }
    }

    @Test("has the time of change, as far as the format goes", arguments: [0, 1, 1_795_399_446, 8_589_934_591])
    func times(seconds: Int64) throws {
        #expect(try TarReader.members(of: Self.archive([("a", 1)], seconds: seconds)).map(\.modified) == [Int(seconds)])
    }

    @Test("takes a moment that the format does not have for the nearest")
    func extremeTimes() throws {
        var archive = TarArchive()
        for nanoseconds in [Int64.min, .max] {
            try archive.add(name: "a", contents: [], modified: WallInstant(nanoseconds: nanoseconds))
        }
        #expect(try TarReader.members(of: archive.finished()).map(\.modified) == [0, 0o77_777_777_777])
    }

    @Test("refuses a file that is too large")
    func tooLarge() throws {
        #expect(throws: JobError("'a' is larger than 64 MiB")) {
            try Self.archive([("a", TarArchive.largestFile + 1)])
        }
    }
}
