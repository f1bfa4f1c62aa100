internal import CLinux
internal import Glibc

/// Memory of another process to read, which all who map it share (mmap(2), MAP_SHARED). What is in it may change at any time.
@safe package final class MappedMemory: Sendable {
    nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer

    /// All that there is now.
    package init(_ descriptor: borrowing Descriptor) throws(SystemError) {
        let object = "descriptor \(descriptor.raw)"
        let size = Int(try FileSystem.identity(descriptor, object).identity.size)
        guard size > 0 else {
            unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, descriptor.raw, 0)
        unsafe bytes = UnsafeRawBufferPointer(try SharedMemory.mapped("mmap", object, address, size))
    }

    deinit {
        if let start = unsafe bytes.baseAddress { unsafe munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }

    /// All eight bytes at once; what is loaded after this is not older. `offset`: a multiple of 8. 0 beyond the end.
    package func load(at offset: Int) -> UInt64 {
        guard offset % 8 == 0, offset >= 0, unsafe offset + 8 <= bytes.count else { return 0 }
        return unsafe clinux_load_acquire(bytes.baseAddress?.advanced(by: offset))
    }

    /// What was read before this is not newer than what is loaded after it.
    package func fence() { clinux_fence() }
}
