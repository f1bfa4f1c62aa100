import Kernel
import Schedules

extension ZoneFile {
    /// The largest zone files have a few kilobytes.
    private static var largest: Int { 1 << 20 }

    static func load(_ path: String) throws -> ZoneRules { try rules(try contents(path)) }

    static func contents(_ path: String) throws -> [UInt8] {
        for _ in 0..<10 {
            if let (bytes, _) = try FileSystem.contents(of: path, limit: largest) { return bytes }
        }
        throw Failure.truncated
    }
}

/// The zone of this machine, for a worker in a terminal.
enum LocalZone {
    static var file: String { FileSystem.exists("/etc/localtime") ? "/etc/localtime" : "" }
}
