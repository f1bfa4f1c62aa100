internal import CLinux
internal import Glibc

/// The tables of a program's or a library's file (elf(5)) that tell whose an address is. The file may hold anything.
struct ProgramImage {
    /// The bytes of the file from an offset on, as many as asked for; `nil` where it has fewer.
    typealias Source = (_ offset: UInt64, _ count: Int) -> [UInt8]?

    private struct Section {
        var name: UInt32
        var type: UInt32
        var address: UInt64
        var offset: UInt64
        var size: UInt64
        var link: UInt32
    }

    private struct Segment {
        var offset: UInt64
        var address: UInt64
        var size: UInt64
    }

    private let source: Source
    private var segments: [Segment] = []
    private var sections: [Section] = []
    private var sectionNames: [UInt8] = []
    /// The rules that lead from a call to its caller; `nil` if the file has none that we can read.
    private(set) var callFrames: CallFrameTable?

    static let longestTable = 64 << 20
    static let mostHeaders = 4_096
    static let longestSymbol = 4_096

    /// A file that is one of this processor's programs. `inode`: which one it must be.
    init?(path: String, inode: UInt64) {
        guard let file = File(path), file.inode == inode else { return nil }
        self.init(file.read)
    }

    init?(_ source: @escaping Source) {
        self.source = source
        guard let header = source(0, 64), header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return nil }
        unsafe header.withUnsafeBytes { unsafe readHeaders($0) }
        guard !segments.isEmpty else { return nil }
        callFrames = readCallFrames()
    }

    // MARK: Addresses

    /// The address that the file itself speaks of.
    func address(atOffset offset: UInt64) -> UInt64? {
        for segment in segments where offset >= segment.offset && offset - segment.offset < segment.size {
            return segment.address &+ (offset - segment.offset)
        }
        return nil
    }

    // MARK: Symbols

    /// Whose the addresses are, as far as the file says so. One pass over a table that may be long.
    func symbols(at addresses: Set<UInt64>) -> [UInt64: String] {
        let (symbolTable, dynamicTable) = (UInt32(2), UInt32(11))
        let table = sections.first { $0.type == symbolTable } ?? sections.first { $0.type == dynamicTable }
        guard let table, Int(table.link) < sections.count, !addresses.isEmpty, let symbols = contents(table),
            let names = contents(sections[Int(table.link)])
        else { return [:] }
        let places = unsafe symbols.withUnsafeBytes { unsafe Self.places(of: addresses.sorted(), $0) }
        return unsafe names.withUnsafeBytes { names in
            places.compactMapValues { place in
                var reader = unsafe ByteReader(names, at: Int(place.name))
                return reader.text(longest: Self.longestSymbol).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    private struct Place {
        var name: UInt32
        var start: UInt64
    }

    private static func places(of addresses: [UInt64], _ symbols: UnsafeRawBufferPointer) -> [UInt64: Place] {
        var places: [UInt64: Place] = [:]
        let function = UInt8(2)
        for offset in stride(from: 0, to: symbols.count - symbols.count % 24, by: 24) {
            guard unsafe symbols[offset + 4] & 15 == function else { continue }
            let start = unsafe symbols.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            let size = unsafe symbols.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
            guard size > 0, let last = addresses.last, start < last, size <= UInt64.max - start else { continue }
            var index = firstIndex(in: addresses, from: start)
            while index < addresses.count, addresses[index] < start + size {
                // Of several, the innermost.
                if start >= places[addresses[index]]?.start ?? 0 {
                    let name = unsafe symbols.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    places[addresses[index]] = Place(name: name, start: start)
                }
                index += 1
            }
        }
        return places
    }

    private static func firstIndex(in addresses: [UInt64], from start: UInt64) -> Int {
        var (low, high) = (0, addresses.count)
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] < start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Headers

    private mutating func readHeaders(_ header: UnsafeRawBufferPointer) {
        func number<Number: FixedWidthInteger>(_ offset: Int, _ type: Number.Type) -> Number {
            unsafe header.loadUnaligned(fromByteOffset: offset, as: type)
        }
        for bytes in headers(at: number(32, UInt64.self), size: 56, count: number(56, UInt16.self)) {
            unsafe bytes.withUnsafeBytes { unsafe readSegment($0) }
        }
        for bytes in headers(at: number(40, UInt64.self), size: 64, count: number(60, UInt16.self)) {
            unsafe bytes.withUnsafeBytes { unsafe readSection($0) }
        }
        let names = Int(number(62, UInt16.self))
        if names < sections.count { sectionNames = contents(sections[names]) ?? [] }
    }

    private func headers(at offset: UInt64, size: Int, count: UInt16) -> [ArraySlice<UInt8>] {
        let count = min(Int(count), Self.mostHeaders)
        guard count > 0, let bytes = source(offset, size * count) else { return [] }
        return (0..<count).map { bytes[($0 * size)..<(($0 + 1) * size)] }
    }

    private mutating func readSegment(_ bytes: UnsafeRawBufferPointer) {
        let loadable = UInt32(1)
        guard unsafe bytes.loadUnaligned(as: UInt32.self) == loadable else { return }
        unsafe segments.append(
            Segment(
                offset: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                address: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                size: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self)))
    }

    private mutating func readSection(_ bytes: UnsafeRawBufferPointer) {
        unsafe sections.append(
            Section(
                name: bytes.loadUnaligned(as: UInt32.self),
                type: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                address: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                offset: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self),
                size: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self),
                link: bytes.loadUnaligned(fromByteOffset: 40, as: UInt32.self)))
    }

    private func readCallFrames() -> CallFrameTable? {
        guard let index = section(".eh_frame_hdr"), let frames = section(".eh_frame"),
            let indexBytes = contents(index), let frameBytes = contents(frames)
        else { return nil }
        return CallFrameTable(
            index: indexBytes, at: index.address, frames: frameBytes, at: frames.address)
    }

    private func section(_ name: String) -> Section? {
        sections.first { section in
            unsafe sectionNames.withUnsafeBytes { names in
                var reader = unsafe ByteReader(names, at: Int(section.name))
                return reader.text(longest: 64).map { $0.elementsEqual(name.utf8) } ?? false
            }
        }
    }

    private func contents(_ section: Section) -> [UInt8]? {
        // Without contents in the file (SHT_NOBITS).
        guard section.type != 8, section.size <= UInt64(Self.longestTable) else { return nil }
        return source(section.offset, Int(section.size))
    }
}

extension ProgramImage {
    /// A regular file.
    private final class File {
        private let descriptor: Descriptor
        let inode: UInt64
        private let size: UInt64

        init?(_ path: String) {
            guard let descriptor = try? Descriptor.open(reading: path),
                case (.regular, let identity)? = try? FileSystem.identity(descriptor, path)
            else { return nil }
            (inode, size) = (identity.inode, UInt64(max(0, identity.size)))
            self.descriptor = descriptor
        }

        func read(_ offset: UInt64, _ count: Int) -> [UInt8]? {
            guard offset <= size, UInt64(count) <= size - offset else { return nil }
            var bytes = [UInt8](repeating: 0, count: count)
            let raw = descriptor.raw
            var done = 0
            while done < count {
                let more = unsafe bytes.withUnsafeMutableBytes {
                    unsafe pread(raw, $0.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
                }
                guard more > 0 else { return nil }
                done += more
            }
            return bytes
        }
    }
}
