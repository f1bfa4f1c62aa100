internal import CLinux
internal import Glibc

/// The host's users.
package enum UserTable {
    /// By whose rights this process acts.
    package static var currentID: UInt32 { geteuid() }

    /// `nil`: it has none, the name service does not know, or the program is a static one and cannot ask it.
    package static func name(of id: UInt32) -> String? {
        var size = 1_024
        while size <= largestEntry {
            switch look(up: id, room: size) {
            case (0, let name): return name
            case (ERANGE, _): size *= 2
            case (EINTR, _): continue
            default: return nil
            }
        }
        return nil
    }

    private static let largestEntry = 1 << 20

    /// The name lies in the room.
    private static func look(up id: UInt32, room size: Int) -> (error: Int32, name: String?) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { room in
            var name: UnsafePointer<CChar>?
            let error = clinux_user_name(id, room.baseAddress, size, &name)
            return (error, name.map { String(cString: $0) })
        }
    }
}
