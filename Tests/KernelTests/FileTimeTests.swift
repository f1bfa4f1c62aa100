import Clocks
import Glibc
import Kernel
import Testing

@Suite("A file's time of change")
struct FileTimeTests {
    @Test(
        "is the nearest instant that there is, whatever somebody has set",
        // The second and the last are what an instant just holds.
        arguments: [
            (0, 0), (-9_223_372_036, -9_223_372_036_000_000_000), (9_223_372_037, .max), (10_413_792_000, .max),
            (9_223_372_036, 9_223_372_036_000_000_000),
        ] as [(Int, Int64)])
    func modified(seconds: Int, expected: Int64) throws {
        var path = Array("/dev/shm/cronsupd-file-time.XXXXXX\0".utf8CString.dropLast())
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            unlink(path)
        }
        let time = timespec(tv_sec: seconds, tv_nsec: 0)
        try #require(futimens(descriptor, [time, time]) == 0)
        // Not every file system keeps every time.
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mtim.tv_sec == seconds else { return }
        let name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(try FileSystem.status(name).identity.modified.nanoseconds == expected)
    }
}
