import Kernel
package import Schedules

/// The rules of a zone of this machine, such as `Europe/Riga`.
package func zone(_ name: String) throws -> ZoneRules {
    guard name != "UTC" else { return .utc }
    guard let (bytes, _) = try FileSystem.contents(of: "/usr/share/zoneinfo/\(name)", limit: 1 << 20) else {
        throw ZoneFile.Failure.truncated
    }
    return try ZoneFile.rules(bytes)
}
