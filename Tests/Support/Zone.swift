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

/// A compiled zone (tzfile(5)) that is so far ahead of UTC: one type of local time, and no transition.
package func fixedZone(aheadBy seconds: UInt8) -> [UInt8] {
    func header(types: UInt8, names: UInt8) -> [UInt8] {
        Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15 + 16) + [0, 0, 0, types, 0, 0, 0, names]
    }
    let body = [0, 0, 0, seconds, 0, 0] + Array("ZZZ\0".utf8)
    return header(types: 1, names: 4) + body + header(types: 1, names: 4) + body + Array("\nZZZ-0:0:\(seconds)\n".utf8)
}
