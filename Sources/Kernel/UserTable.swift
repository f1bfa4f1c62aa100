internal import CLinux
internal import Glibc

/// The host's users and groups, as its name service has them. A static program cannot ask: it knows none.
package enum UserTable {
    package struct User: Hashable, Sendable {
        package let name: String
        package let number: UInt32
        package let group: UInt32
        package let home: String
        package let shell: String
    }

    package static func user(named name: String) -> User? { look(up: name, number: 0) }
    package static func user(numbered number: UInt32) -> User? { look(up: nil, number: number) }

    private static func look(up name: String?, number: UInt32) -> User? {
        unsafe withRoom { room, size in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let error = unsafe name.withOptionalCString { unsafe clinux_user($0, number, &entry, room, size, &found) }
            return unsafe (error, found.map { unsafe User($0.pointee) })
        }
    }

    package static func group(named name: String) -> UInt32? {
        unsafe withRoom { room, size in
            var entry = unsafe Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let error = unsafe clinux_group(name, &entry, room, size, &found)
            return unsafe (error, found?.pointee.gr_gid)
        }
    }

    /// All groups of a user, `group` among them.
    package static func groups(of user: String, besides group: UInt32) -> [UInt32] {
        var count: Int32 = 64
        while count <= 65_536 {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let asked = count
            if unsafe clinux_groups(user, group, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            count = max(count, asked * 2)
        }
        return [group]
    }

    private static let largestEntry = 1 << 20

    /// What is found lies in the room, which is made larger until it fits.
    private static func withRoom<Found>(
        _ body: (UnsafeMutablePointer<CChar>, Int) -> (error: Int32, found: Found?)
    ) -> Found? {
        var size = 1_024
        while size <= largestEntry {
            let room = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { unsafe room.deallocate() }
            switch unsafe body(room, size) {
            case (0, let found): return found
            case (ERANGE, _): size *= 2
            case (EINTR, _): continue
            default: return nil
            }
        }
        return nil
    }
}

extension UserTable.User {
    fileprivate init(_ entry: passwd) {
        unsafe self.init(
            name: String(cString: entry.pw_name), number: entry.pw_uid, group: entry.pw_gid,
            home: String(cString: entry.pw_dir), shell: String(cString: entry.pw_shell))
    }
}

extension String? {
    fileprivate func withOptionalCString<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let self else { return body(nil) }
        return unsafe self.withCString { unsafe body($0) }
    }
}
