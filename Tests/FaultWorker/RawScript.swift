import Glibc

/// A worker without the worker's code, named by its entry: `test:raw.exit.7` exits with 7 at once.
struct RawScript {
    private let verb: String
    private let number: Int32

    init?(_ arguments: [String]) {
        guard arguments.count == 3, let colon = arguments[1].firstIndex(of: ":") else { return nil }
        let words = arguments[1][arguments[1].index(after: colon)...].split(separator: ".")
        guard words.count >= 2, words[0] == "raw" else { return nil }
        verb = String(words[1])
        number = words.count > 2 ? Int32(words[2]) ?? 0 : 0
    }

    func run() -> Never {
        switch verb {
        case "exit": _exit(number)
        case "signal": Self.die(of: number)
        case "frames": frames()
        case "spin": spinInKnownPlace()
        case "threads": standInThreads()
        case "torn":
            Self.sayReady()
            Self.report("begin run=1 ")
            Self.die(of: SIGKILL)
        case "oversize": babble([UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20) + [UInt8(ascii: "\n")])
        case "nul": babble([UInt8](repeating: 0, count: 100) + [UInt8(ascii: "\n")])
        case "foreign": babble(Array("log level=info run=1 message=hello entry=test:neighbour\n".utf8))
        case "hostile": hostile()
        case "feature":
            Self.sayReady()
            Self.report("due slot=1\n")
            Self.serve()
        case "version":
            Self.report("ready protocol=999 next=\(Self.farMoment)\n")
            Self.serve()
        default: _exit(99)
        }
    }

    /// The last words come just before the exit.
    private func frames() -> Never {
        Self.sayReady()
        for index in 1...max(1, number) { Self.report("log level=info run=0 message=frame-\(index)\n") }
        _exit(0)
    }

    private func babble(_ bytes: [UInt8]) -> Never {
        Self.sayReady()
        Self.writeReport(bytes)
        Self.serve()
    }

    /// Numbers that nobody could mean.
    private func hostile() -> Never {
        Self.sayReady()
        let (least, most) = (Int64.min, Int64.max)
        for (first, last) in [(least, most), (most, least), (most, most), (least, least)] {
            Self.report("skipped first=\(first) last=\(last) next=\(first)\n")
            Self.report(
                "dropped reports=\(first) ok=\(last) failed=\(first) skipped=\(last) through=\(first) run=\(last)\n")
            Self.report("begin run=\(last) slot=\(first) next=\(last) lateness_us=\(first)\n")
            Self.report(
                "end run=\(last) slot=\(first) next=\(last) lateness_us=\(first) duration_us=\(last) outcome=ok result=x\n"
            )
            Self.report("pong token=\(first)\n")
        }
        Self.serve()
    }

    // MARK: The wire

    private static var farMoment: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return (Int64(time.tv_sec) + 3_600) * 1_000_000_000
    }

    private static func sayReady() { report("ready protocol=2 next=\(farMoment)\n") }

    private static func report(_ text: String) { writeReport(Array(text.utf8)) }

    private static func writeReport(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { write(3, $0.baseAddress, $0.count) }
            if count > 0 { offset += count } else if errno != EAGAIN { return }
        }
    }

    /// Does nothing until the daemon closes the control pipe.
    private static func serve() -> Never {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while read(0, &buffer, buffer.count) > 0 {}
        _exit(0)
    }

    static func die(of signal: Int32) -> Never {
        Glibc.signal(signal, SIG_DFL)
        kill(getpid(), signal)
        // Stopped or ignored by default: such a signal is no way to die.
        _exit(98)
    }
}
