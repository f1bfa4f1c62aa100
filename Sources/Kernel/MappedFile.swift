internal import CLinux
internal import Glibc

/// A file that this process writes as memory, and that outlives it (mmap(2), MAP_SHARED): what is stored in it is in it, however
/// the process ends.
@safe package final class MappedFile {
    private let descriptor: Descriptor
    private let path: String
    private var mapping = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// The file of this name, or one that is made, with at least `size` bytes.
    package init(
        _ name: String, in directory: borrowing PrivateDirectory, atLeast size: Int
    ) throws(SystemError) {
        path = "\(directory.path)/\(name)"
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW
        descriptor = try Descriptor.open(name, in: directory.descriptor.raw, path, flags: flags, mode: 0o600)
        let raw = descriptor.raw
        // Under some umasks it is made as one that its own user cannot open again.
        try systemCall("fchmod", path) { fchmod(raw, 0o600) }
        try grow(to: max(size, Int(try FileSystem.identity(descriptor, path).identity.size)))
    }

    /// One that is nowhere.
    package init(memory name: String, size: Int) throws(SystemError) {
        path = name
        descriptor = Descriptor(owning: try systemCall("memfd_create", name) { unsafe clinux_sealable_memory(name) })
        try grow(to: size)
    }

    deinit { if let start = unsafe mapping.baseAddress { unsafe munmap(start, mapping.count) } }

    /// Whether its path leads to it.
    package var isStillThere: Bool {
        guard let there = try? FileSystem.status(path).identity,
            let own = try? FileSystem.identity(descriptor, path).identity
        else { return false }
        return there.key == own.key
    }

    /// In bytes.
    package var size: Int { unsafe mapping.count }

    /// Takes the right to the file (flock(2)), until this value ends. Returns whether it was to be had.
    package func lock() throws(SystemError) -> Bool { try descriptor.lock(path) }

    /// Its room is taken now: a memory that is full is an error here, and not the end of the process at a store (SIGBUS).
    package func grow(to size: Int) throws(SystemError) {
        guard unsafe size > mapping.count else { return }
        let raw = descriptor.raw
        var code = posix_fallocate(raw, 0, size)
        while code == EINTR { code = posix_fallocate(raw, 0, size) }
        if code != 0 { throw SystemError("fallocate", path, code: code) }
        let address: UnsafeMutableRawPointer?
        if let start = unsafe mapping.baseAddress {
            unsafe address = clinux_mremap(start, mapping.count, size)
        } else {
            unsafe address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, raw, 0)
        }
        unsafe mapping = try SharedMemory.mapped("mmap", path, address, size)
    }

    // MARK: Words of 64 bits. `offset`: in bytes, a multiple of 8.

    package func load(_ offset: Int) -> UInt64 {
        check(offset)
        return unsafe mapping.load(fromByteOffset: offset, as: UInt64.self)
    }

    package func store(_ value: UInt64, _ offset: Int) {
        check(offset)
        unsafe mapping.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    /// All that was stored before is there when this is.
    package func publish(_ value: UInt64, _ offset: Int) {
        check(offset)
        unsafe clinux_store_release(mapping.baseAddress?.advanced(by: offset), value)
    }

    /// All that was stored before the value that is returned was published is there.
    package func acquire(_ offset: Int) -> UInt64 {
        check(offset)
        return unsafe clinux_load_acquire(mapping.baseAddress?.advanced(by: offset))
    }

    /// What is loaded after this is not older than what was loaded before it.
    package func fence() { clinux_fence() }

    /// Several, one after the other.
    package func store(_ words: Span<Int64>, _ offset: Int) {
        check(offset, words.count)
        unsafe words.withUnsafeBytes {
            unsafe UnsafeMutableRawBufferPointer(rebasing: mapping[offset...]).copyMemory(from: $0)
        }
    }

    /// Whether these are there.
    package func holds(_ words: Span<Int64>, _ offset: Int) -> Bool {
        check(offset, words.count)
        return unsafe words.withUnsafeBytes {
            unsafe $0.elementsEqual(mapping[offset..<(offset + $0.count)])
        }
    }

    private func check(_ offset: Int, _ count: Int) {
        unsafe precondition(
            offset % 8 == 0 && offset >= 0 && offset + 8 * count <= mapping.count, "beyond the end of \(path)")
    }

    private func check(_ offset: Int) {
        unsafe precondition(offset % 8 == 0 && offset >= 0 && offset + 8 <= mapping.count, "beyond the end of \(path)")
    }

    // MARK: Bytes

    package func write(_ bytes: Span<UInt8>, at offset: Int) {
        unsafe precondition(offset >= 0 && offset + bytes.count <= mapping.count, "beyond the end of \(path)")
        unsafe bytes.withUnsafeBytes {
            unsafe UnsafeMutableRawBufferPointer(rebasing: mapping[offset...]).copyMemory(from: $0)
        }
    }

    package func bytes(at offset: Int, _ count: Int) -> [UInt8] {
        unsafe precondition(offset >= 0 && count >= 0 && offset + count <= mapping.count, "beyond the end of \(path)")
        return unsafe [UInt8](mapping[offset..<(offset + count)])
    }
}
