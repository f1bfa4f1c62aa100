internal import CLinux

/// What /proc/PID/task/TID tells of a thread (proc(5)).
package struct ThreadFacts: Hashable, Sendable {
    package var name = ""
    package var state = State.unknown
    /// The function of the kernel that it waits in.
    package var waitChannel: String?
    package var call: Call?
    /// The calls within the kernel, the innermost first. For root alone.
    package var kernelFrames: [String] = []

    /// As in ps(1).
    package enum State: Character, Hashable, Sendable {
        case running = "R"
        case sleeping = "S"
        /// No signal wakes it, not even SIGKILL.
        case blocked = "D"
        case stopped = "T"
        case traced = "t"
        case dead = "Z"
        case gone = "X"
        case idle = "I"
        case unknown = "?"
    }

    package enum Call: Hashable, Sendable, CustomStringConvertible {
        /// It is on a processor or waits for one.
        case none
        case number(Int)

        package var description: String {
            switch self {
            case .none: "none"
            case .number(let number): unsafe clinux_call_name(number).map { unsafe String(cString: $0) } ?? "\(number)"
            }
        }
    }

    /// More of the kernel's frames than it has.
    static let mostKernelFrames = 64
    private static let longestFile = 8_192

    init() {}

    init(process: ProcessID, thread: ProcessID) {
        func file(_ name: String) -> [UInt8] {
            (try? ProcFile.contents("/proc/\(process)/task/\(thread)/\(name)", limit: Self.longestFile)) ?? []
        }
        name = Self.line(file("comm"))
        state = Self.state(file("stat"))
        let channel = Self.line(file("wchan"))
        waitChannel = channel.isEmpty || channel == "0" ? nil : channel
        call = Self.call(file("syscall"))
        kernelFrames = Self.kernelFrames(file("stack"))
    }

    /// The thread's name may hold anything: what counts comes after the last bracket.
    static func state(_ stat: [UInt8]) -> State {
        guard let bracket = stat.lastIndex(of: UInt8(ascii: ")")), bracket + 2 < stat.count else { return .unknown }
        return State(rawValue: Character(Unicode.Scalar(stat[bracket + 2]))) ?? .unknown
    }

    /// `running`, or the number of the call, or -1 for none, and then the registers.
    static func call(_ text: [UInt8]) -> Call? {
        let word = String(decoding: text.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
        if word == "running" || word == "-1" { return Call.none }
        guard let number = Int(word), number >= 0 else { return nil }
        return .number(number)
    }

    /// `[<0>] percpu_rwsem_wait+0x15f/0x1d0`, a line each.
    static func kernelFrames(_ text: [UInt8]) -> [String] {
        text.split(separator: UInt8(ascii: "\n")).prefix(mostKernelFrames).compactMap { line in
            let name = line.split(separator: UInt8(ascii: " "), maxSplits: 1).last ?? []
            return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        }
    }

    private static func line(_ text: [UInt8]) -> String {
        String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
