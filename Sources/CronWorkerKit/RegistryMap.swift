import Find
import Jobs
import Kernel
import Model
import Synchronization
import Values

/// The registry that the daemon has in force, in memory that all workers share. It is mapped when somebody first asks: most
/// workers never do.
final class RegistryMap: Sendable {
    private let memory: Descriptor?
    private var isAbsent: Bool {
        switch memory {
        case .some: false
        case nil: true
        }
    }
    private let mapped = Mutex<MappedMemory?>(nil)

    /// `nil`: there is no daemon, and no entry.
    init(_ memory: consuming Descriptor?) { self.memory = memory }

    func entry(_ id: String) throws -> Entry? {
        try withImage { image in
            guard let image, let index = try image.index(of: id) else { return nil }
            return try image[index]
        }
    }

    func get(_ id: String) throws -> Value? { try entry(id)?.value }

    func find(_ criteria: Value.Map) throws -> [Value] {
        let checked = try Self.checked(criteria)
        return try withImage { try $0?.find(checked).map(\.value) ?? [] }
    }

    private static func checked(_ criteria: Value.Map) throws(JobError) -> Criteria {
        do throws(FindFailure) {
            return try Criteria(criteria)
        } catch {
            throw JobError(error.message)
        }
    }

    /// Looks again if the daemon wrote over what was being read. It does so at a reload; to be late time and again is chance.
    private func withImage<Result>(_ body: (RegistryImage?) throws -> Result) throws -> Result {
        if isAbsent { return try body(nil) }
        for _ in 0..<Self.mostTries {
            let map = try mapping()
            let sequence = map.load(at: RegistryBoard.sequenceOffset)
            guard let bytes = Self.registry(in: map, at: sequence) else {
                // It lies in memory that came after the mapping.
                forget(map)
                continue
            }
            let result = Swift.Result { try body(try RegistryImage(bytes)) }
            map.fence()
            if RegistryBoard.isWhole(from: sequence, to: map.load(at: RegistryBoard.sequenceOffset)) {
                return try result.get()
            }
        }
        throw JobError("the registry changes faster than it can be read")
    }

    private static let mostTries = 100

    private static func registry(in map: MappedMemory, at sequence: UInt64) -> UnsafeRawBufferPointer? {
        let slot = RegistryBoard.slot(at: sequence)
        let place = map.load(at: RegistryBoard.placeOffset(slot))
        let (end, overflow) = place.addingReportingOverflow(map.load(at: RegistryBoard.lengthOffset(slot)))
        guard !overflow, end <= UInt64(map.bytes.count) else { return nil }
        return UnsafeRawBufferPointer(rebasing: map.bytes[Int(place)..<Int(end)])
    }

    private func mapping() throws -> MappedMemory {
        try mapped.withLock { mapped in
            if let mapped { return mapped }
            switch memory {
            case .some(let memory):
                let map = try MappedMemory(memory)
                mapped = map
                return map
            case nil: throw JobError("there is no registry here")
            }
        }
    }

    private func forget(_ map: MappedMemory) { mapped.withLock { if $0 === map { $0 = nil } } }
}
