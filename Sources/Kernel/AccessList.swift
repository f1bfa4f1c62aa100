internal import CLinux
internal import Glibc

/// Who may do what with a file besides what its mode says (acl(5)).
struct AccessList {
    private struct Entry {
        let tag: UInt16
        let rights: UInt16
        let id: UInt32
    }

    private enum Tag {
        static let user: UInt16 = 0x02, owningGroup: UInt16 = 0x04, group: UInt16 = 0x08, mask: UInt16 = 0x10
    }

    private static let write: UInt16 = 2
    private static let version: UInt32 = 2
    /// An attribute may have 64 KiB.
    private static let largest = 1 << 16

    private var entries: [Entry] = []
    private var mask = write

    /// `nil`: there is none, or none that can be read.
    init?(of file: borrowing Descriptor) {
        var bytes = [UInt8](repeating: 0, count: Self.largest)
        // By /proc, since fgetxattr(2) takes no descriptor that is for the path only.
        let path = "/proc/self/fd/\(file.raw)"
        let count = unsafe getxattr(path, "system.posix_acl_access", &bytes, Self.largest)
        guard count > 0 else { return nil }
        self.init(bytes[..<count])
    }

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 4, Self.number(bytes, at: 0, 4) == Self.version else { return nil }
        for place in stride(from: 4, through: bytes.count - 8, by: 8) {
            let entry = Entry(
                tag: UInt16(Self.number(bytes, at: place, 2)), rights: UInt16(Self.number(bytes, at: place + 2, 2)),
                id: Self.number(bytes, at: place + 4, 4))
            if entry.tag == Tag.mask { mask = entry.rights }
            entries.append(entry)
        }
    }

    /// The least byte first, on all machines.
    private static func number(_ bytes: ArraySlice<UInt8>, at place: Int, _ count: Int) -> UInt32 {
        var number: UInt32 = 0
        for index in 0..<count { number |= UInt32(bytes[bytes.startIndex + place + index]) << (8 * UInt32(index)) }
        return number
    }

    /// As `Trust.flaw`.
    func flaw(_ trust: Trust, at path: String) -> String? {
        for entry in entries where entry.rights & mask & Self.write != 0 {
            switch entry.tag {
            case Tag.user where !trust.includes(entry.id):
                return "'\(path)' has an access list that lets uid \(entry.id) write to it; expected none: "
                    + "setfacl -x u:\(entry.id), or start with --trust-owner \(entry.id)"
            case Tag.owningGroup, Tag.group:
                return "'\(path)' has an access list that lets a group write to it; expected none: setfacl -b"
            default: break
            }
        }
        return nil
    }
}
