internal import CLinux
internal import Glibc

/// Memory that this process writes and those that it starts read (memfd_create(2)). It grows and never shrinks, and nobody else
/// can write to it.
package final class SharedMemory {
    package let descriptor: Descriptor
    private let name: String
    private var mapping = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Of the memory itself: above that of the mapping after a growth that failed half-way, and never to be made less.
    private var allocated = 0

    /// `size`: in bytes, above 0.
    package init(_ name: String, size: Int) throws(SystemError) {
        self.name = name
        descriptor = Descriptor(owning: try systemCall("memfd_create", name) { clinux_sealable_memory(name) })
        try grow(to: size)
        seal()
    }

    deinit { if let start = mapping.baseAddress { munmap(start, mapping.count) } }

    package var size: Int { mapping.count }

    /// What was written stays.
    package func grow(to size: Int) throws(SystemError) {
        let raw = descriptor.raw
        let size = max(size, allocated)
        try systemCall("ftruncate", name) { ftruncate(raw, size) }
        allocated = size
        guard let start = mapping.baseAddress else { return try map(size) }
        // The mapping is older than the seal and stays writable where it goes to.
        let address = clinux_mremap(start, mapping.count, size)
        guard let address, address != MAP_FAILED else { throw SystemError("mremap", name, code: errno) }
        mapping = UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    private func map(_ size: Int) throws(SystemError) {
        let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.raw, 0)
        guard let address, address != MAP_FAILED else { throw SystemError("mmap", name, code: errno) }
        mapping = UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    /// A kernel before 5.1 does not know the first seal; nobody means to write all the same.
    private func seal() {
        _ = clinux_fcntl(descriptor.raw, Int32(CLINUX_ADD_SEALS), Int32(CLINUX_SEAL_FUTURE_WRITE))
        _ = clinux_fcntl(descriptor.raw, Int32(CLINUX_ADD_SEALS), Int32(CLINUX_SEAL_SHRINK))
    }

    /// What is written after this is not seen before what is written before it.
    package func fence() { clinux_fence() }

    package func write(_ bytes: [UInt8], at offset: Int) {
        precondition(offset >= 0 && offset + bytes.count <= mapping.count, "a write beyond the end of shared memory")
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: mapping[offset...]).copyMemory(from: $0) }
    }

    /// `offset`: a multiple of 8.
    package func store(_ value: UInt64, at offset: Int) {
        precondition(offset % 8 == 0 && offset + 8 <= mapping.count, "a store beyond the end of shared memory")
        clinux_store_release(mapping.baseAddress! + offset, value)
    }
}
