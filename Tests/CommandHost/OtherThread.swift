import Glibc
import Kernel

/// A thread that starts two children of its own, one of which exits at once, and collects none. It lives as long as the process.
enum OtherThread {
    private nonisolated(unsafe) static var children: [ProcessID] = []

    /// Returns when the one has exited.
    static func startChildren() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        var thread = pthread_t()
        let end = UnsafeMutableRawPointer(bitPattern: Int(ends[1]))
        pthread_create(&thread, nil, { OtherThread.live($0) }, end)
        var byte: UInt8 = 0
        while read(ends[0], &byte, 1) < 0 && errno == EINTR {}
    }

    private static func live(_ end: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        children = [["/bin/sleep", "1000"], ["/bin/true"]].compactMap { try? start($0) }
        var info = siginfo_t()
        waitid(P_PID, id_t(children.last ?? 0), &info, WEXITED | WNOWAIT)
        var byte: UInt8 = 0
        write(Int32(Int(bitPattern: end)), &byte, 1)
        while true { pause() }
    }

    private static func start(_ words: [String]) throws -> ProcessID {
        let null = try Descriptor.open(updating: "/dev/null")
        return try Program(path: words[0], environment: [], openFiles: .current())
            .spawn(arguments: Array(words.dropFirst()), input: null, output: null, error: null)
    }

    /// Of each child whether it runs, has exited, or was collected.
    static var states: String {
        children.map { ProcessTable.row($0).map { $0.isZombie ? "exited" : "runs" } ?? "gone" }.joined(separator: " ")
    }

    static func end() { for child in children { Children.signal(child, .kill) } }
}
