internal import CLinux
internal import Glibc

/// Memory that this process writes and those that it starts read (memfd_create(2)). It grows and never shrinks, and nobody else
/// can write to it.
@safe package final class SharedMemory {
    package let descriptor: Descriptor
    private let name: String
    private var mapping = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Of the memory itself: above that of the mapping after a growth that failed half-way, and never to be made less.
    private var allocated = 0

    /// `size`: in bytes, above 0.
    package init(_ name: String, size: Int) throws(SystemError) {
        self.name = name
        descriptor = Descriptor(owning: try systemCall("memfd_create", name) { unsafe clinux_sealable_memory(name) })
        try grow(to: size)
        seal()
    }

    deinit { if let start = unsafe mapping.baseAddress { unsafe munmap(start, mapping.count) } }

    package var size: Int { unsafe mapping.count }

    /// What was written stays.
    package func grow(to size: Int) throws(SystemError) {
        let raw = descriptor.raw
        let size = max(size, allocated)
        try systemCall("ftruncate", name) { ftruncate(raw, size) }
        allocated = size
        guard let start = unsafe mapping.baseAddress else { return try map(size) }
        // The mapping is older than the seal and stays writable where it goes to.
        unsafe mapping = try Self.mapped("mremap", name, clinux_mremap(start, mapping.count, size), size)
    }

    private func map(_ size: Int) throws(SystemError) {
        let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.raw, 0)
        unsafe mapping = try Self.mapped("mmap", name, address, size)
    }

    /// `address`: what the call has returned just now. MAP_FAILED is no null pointer.
    static func mapped(
        _ call: String, _ object: String, _ address: UnsafeMutableRawPointer?, _ size: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        if unsafe address == MAP_FAILED { throw SystemError(call, object, code: errno) }
        return unsafe UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    /// A kernel before 5.1 does not know the first seal; nobody means to write all the same.
    private func seal() {
        _ = clinux_fcntl(descriptor.raw, Int32(CLINUX_ADD_SEALS), Int32(CLINUX_SEAL_FUTURE_WRITE))
        _ = clinux_fcntl(descriptor.raw, Int32(CLINUX_ADD_SEALS), Int32(CLINUX_SEAL_SHRINK))
    }

    /// What is written after this is not seen before what is written before it.
    package func fence() { clinux_fence() }

    package func write(_ bytes: [UInt8], at offset: Int) {
        unsafe precondition(
            offset >= 0 && offset + bytes.count <= mapping.count, "a write beyond the end of shared memory")
        unsafe UnsafeMutableRawBufferPointer(rebasing: mapping[offset...]).copyBytes(from: bytes)
    }

    /// `offset`: a multiple of 8.
    package func store(_ value: UInt64, at offset: Int) {
        unsafe precondition(offset % 8 == 0 && offset + 8 <= mapping.count, "a store beyond the end of shared memory")
        unsafe clinux_store_release(mapping.baseAddress?.advanced(by: offset), value)
    }
}
