import Kernel
package import Model
package import Registry

/// The registry in force in memory that all workers map, so that a thousand of them cost one copy; see `RegistryBoard`.
package final class SharedRegistry {
    private let shared: SharedMemory
    private var sequence: UInt64 = 0
    /// Where the slots' room begins, and how much it is. Registries that grow get new room at the end.
    private var rooms = [(place: 0, size: 0), (place: 0, size: 0)]

    /// - Throws: `SystemError`, or that the registry is too large.
    package init(_ snapshot: RegistrySnapshot?, _ texts: SourceTexts = .init()) throws {
        shared = try SharedMemory("cronsupd-registry", size: RegistryBoard.headerSize)
        try publish(snapshot, texts)
    }

    var memory: SharedMemory { shared }

    /// Puts another registry in force. If there is no memory for it, the one before stays.
    func publish(_ snapshot: RegistrySnapshot?, _ texts: SourceTexts = .init()) throws {
        let image = try RegistryImage.encode(snapshot?.entries ?? [])
        let slot = RegistryBoard.slot(at: sequence + 2)
        try makeRoom(for: image.count + texts.size, slot)
        shared.store(sequence + 1, at: RegistryBoard.sequenceOffset)
        shared.fence()
        shared.write(image, at: rooms[slot].place)
        let place = rooms[slot].place + image.count
        shared.write(texts.encoded(), at: place)
        shared.store(UInt64(place), at: RegistryBoard.textsPlaceOffset(slot))
        shared.store(UInt64(texts.size), at: RegistryBoard.textsLengthOffset(slot))
        shared.store(UInt64(rooms[slot].place), at: RegistryBoard.placeOffset(slot))
        shared.store(UInt64(image.count), at: RegistryBoard.lengthOffset(slot))
        sequence += 2
        shared.store(sequence, at: RegistryBoard.sequenceOffset)
    }

    /// Room that was outgrown is lost. It doubles each time, so that all of that together is less than what is in use.
    private func makeRoom(for size: Int, _ slot: Int) throws(SystemError) {
        guard rooms[slot].size < size else { return }
        let page = RegistryBoard.headerSize
        let room = max(2 * rooms[slot].size, (size + page - 1) / page * page)
        let place = shared.size
        try shared.grow(to: place + room)
        rooms[slot] = (place, room)
    }
}

extension RegistryImage.Excess: CustomStringConvertible {
    package var description: String { message }
}
