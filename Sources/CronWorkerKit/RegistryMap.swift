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

    /// Of a file as it was when the registry was loaded; `nil`: it had no part in that.
    func text(of path: String) throws -> [UInt8]? {
        try withBytes(RegistryBoard.textsPlaceOffset, RegistryBoard.textsLengthOffset) { bytes in
            guard let bytes else { return nil }
            do throws(ValueCoding.Failure) {
                return try SourceTexts.text(of: path, in: bytes)
            } catch {
                throw JobError("the texts of the registry's Lua files are damaged")
            }
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

    private func withImage<Result>(_ body: (RegistryImage?) throws -> Result) throws -> Result {
        try withBytes(RegistryBoard.placeOffset, RegistryBoard.lengthOffset) { bytes in
            try body(try bytes.map { bytes throws(RegistryImage.Failure) in try RegistryImage(bytes) })
        }
    }

    /// Looks again if the daemon wrote over what was being read. It does so at a reload; to be late time and again is chance.
    private func withBytes<Result>(
        _ place: (Int) -> Int, _ length: (Int) -> Int, _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result {
        if isAbsent { return try body(nil) }
        for _ in 0..<Self.mostTries {
            let map = try mapping()
            let sequence = map.load(at: RegistryBoard.sequenceOffset)
            let slot = RegistryBoard.slot(at: sequence)
            guard let bytes = Self.part(of: map, from: map.load(at: place(slot)), map.load(at: length(slot))) else {
                // It lies in memory that came after the mapping.
                forget(map)
                continue
            }
            let result = Swift.Result { try body(bytes) }
            map.fence()
            if RegistryBoard.isWhole(from: sequence, to: map.load(at: RegistryBoard.sequenceOffset)) {
                return try result.get()
            }
        }
        throw JobError("the registry changes faster than it can be read")
    }

    private static let mostTries = 100

    private static func part(of map: MappedMemory, from place: UInt64, _ length: UInt64) -> UnsafeRawBufferPointer? {
        let (end, overflow) = place.addingReportingOverflow(length)
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
