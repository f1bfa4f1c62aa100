import Kernel
import Model
import Values

@testable import CronWorkerKit

/// The memory in which a daemon would have its registry.
enum RegistryMemory {
    static func map(_ entries: [Entry]) throws -> RegistryMap {
        let image = try RegistryImage.encode(entries)
        let memory = try SharedMemory("registry", size: RegistryBoard.headerSize + image.count)
        memory.write(image, at: RegistryBoard.headerSize)
        memory.store(UInt64(RegistryBoard.headerSize), at: RegistryBoard.placeOffset(1))
        memory.store(UInt64(image.count), at: RegistryBoard.lengthOffset(1))
        memory.store(2, at: RegistryBoard.sequenceOffset)
        return RegistryMap(try memory.descriptor.duplicate())
    }
}

extension Entry {
    init(_ name: String, kind: FunctionKind = .swift, _ data: [(String, Value)]) {
        self.init(
            id: EntryID(namespace: "app", name: name)!, kind: kind.rawValue, meta: .init(), data: Value.Map(data),
            location: SourceLocation(file: "registry/app.yaml", line: 1, column: 1))
    }

    init(id: EntryID, kind: String, _ data: [(String, Value)]) {
        self.init(
            id: id, kind: kind, meta: .init(), data: Value.Map(data),
            location: SourceLocation(file: "registry/app.yaml", line: 1, column: 1))
    }
}
