internal import CLinux
internal import Glibc

/// A copy of a thread's stack, from its innermost end on.
struct StackMemory: Hashable {
    let start: UInt64
    let bytes: [UInt8]

    /// More than 64 calls have but in a recursion.
    static let longest = 256 * 1_024

    init(start: UInt64, bytes: [UInt8]) { (self.start, self.bytes) = (start, bytes) }

    /// Only memory that lies in no file is read: a page of a file may have to be waited for, if the file system has it so for ever.
    init?(process: ProcessID, from pointer: UInt64, _ map: MemoryMap) {
        guard let region = map.region(at: pointer), region.inode == 0 else { return nil }
        let length = Int(min(region.end - pointer, UInt64(Self.longest)))
        var bytes = [UInt8](repeating: 0, count: length)
        let count = unsafe clinux_read_memory(process, pointer, &bytes, length)
        guard count > 0 else { return nil }
        bytes.removeSubrange(count...)
        (start, self.bytes) = (pointer, bytes)
    }

    func word(at address: UInt64) -> UInt64? {
        guard address >= start, bytes.count >= 8, address - start <= UInt64(bytes.count - 8) else { return nil }
        let offset = Int(address - start)
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }
}
