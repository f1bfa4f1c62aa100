/// A file's rules that lead from a call to its caller, whatever registers the compiler has used (.eh_frame: Linux Standard Base,
/// Core, 10.6; DWARF 5, 6.4).
struct CallFrameTable {
    private let index: [UInt8]
    private let indexAddress: UInt64
    private let frames: [UInt8]
    private let framesAddress: UInt64

    /// Behind the index's own header.
    private static let indexStart = 12

    /// `nil`: of another kind than compilers and linkers make here.
    init?(index: [UInt8], at indexAddress: UInt64, frames: [UInt8], at framesAddress: UInt64) {
        // Version 1; the table has pairs of 32-bit distances from itself.
        guard index.count >= Self.indexStart, index[0] == 1, index[2] == 0x03, index[3] == 0x3B else { return nil }
        (self.index, self.indexAddress) = (index, indexAddress)
        (self.frames, self.framesAddress) = (frames, framesAddress)
    }

    /// The rule that holds at an address.
    func rule(at address: UInt64) -> CallFrameRule? {
        guard let offset = entryOffset(for: address) else { return nil }
        return unsafe frames.withUnsafeBytes { bytes in
            guard let entry = unsafe Entry(bytes, at: offset, base: framesAddress), address >= entry.start,
                address - entry.start < entry.length
            else { return nil }
            return unsafe CallFrameProgram(entry, bytes).rule(at: address - entry.start)
        }
    }

    /// The last entry of the index that begins at the address or before it.
    private func entryOffset(for address: UInt64) -> Int? {
        unsafe index.withUnsafeBytes { bytes in
            func number(_ place: Int) -> UInt64 {
                let distance = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)
                return indexAddress &+ UInt64(bitPattern: Int64(distance))
            }
            let stated = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
            var (low, high) = (0, min(Int(stated), (bytes.count - Self.indexStart) / 8))
            while low < high {
                let middle = (low + high) / 2
                if number(Self.indexStart + middle * 8) <= address { low = middle + 1 } else { high = middle }
            }
            guard low > 0 else { return nil }
            let offset = number(Self.indexStart + (low - 1) * 8 + 4) &- framesAddress
            return offset < UInt64(frames.count) ? Int(offset) : nil
        }
    }

    /// A description of one function (FDE) with what it shares with others (CIE).
    struct Entry {
        var start = UInt64(0)
        var length = UInt64(0)
        var codeUnit = UInt64(1)
        var dataUnit = Int64(1)
        /// Where the instructions are.
        var common = 0..<0
        var own = 0..<0

        init?(_ bytes: UnsafeRawBufferPointer, at offset: Int, base: UInt64) {
            var reader = unsafe ByteReader(bytes, at: offset)
            guard let end = Self.end(&reader), let distance = reader.next(UInt32.self), distance > 0 else { return nil }
            let commonOffset = reader.offset - 4 - Int(distance)
            guard commonOffset >= 0, unsafe readCommon(bytes, at: commonOffset) else { return nil }
            let place = base &+ UInt64(reader.offset)
            guard let relative = reader.next(Int32.self), let length = reader.next(UInt32.self),
                let extra = reader.unsigned(), reader.skip(extra), reader.offset <= end
            else { return nil }
            start = place &+ UInt64(bitPattern: Int64(relative))
            self.length = UInt64(length)
            own = reader.offset..<end
        }

        /// Where an entry ends that begins here.
        private static func end(_ reader: inout ByteReader) -> Int? {
            // Longer ones have another form, which nobody needs.
            guard let length = reader.next(UInt32.self), length > 0, length < 0xFFFF_FFF0 else { return nil }
            let end = reader.offset + Int(length)
            return unsafe end <= reader.bytes.count ? end : nil
        }

        private mutating func readCommon(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
            var reader = unsafe ByteReader(bytes, at: offset)
            guard let end = Self.end(&reader), reader.next(UInt32.self) == 0, let version = reader.next(UInt8.self),
                version == 1 || version == 3, let augmentation = reader.text(longest: 16),
                let codeUnit = reader.unsigned(), let dataUnit = reader.signed(),
                Self.returnRegister(version, &reader) == UInt64(Registers.returnAddress),
                Self.hasPlainAddresses(augmentation, &reader), reader.offset <= end
            else { return false }
            (self.codeUnit, self.dataUnit) = (codeUnit, dataUnit)
            common = reader.offset..<end
            return true
        }

        private static func returnRegister(_ version: UInt8, _ reader: inout ByteReader) -> UInt64? {
            version == 1 ? reader.next(UInt8.self).map(UInt64.init) : reader.unsigned()
        }

        /// Whether addresses are 32-bit distances from where they stand, as they always are. Leaves the reader after
        /// the data.
        private static func hasPlainAddresses(_ augmentation: [UInt8], _ reader: inout ByteReader) -> Bool {
            guard augmentation.first == UInt8(ascii: "z"), let length = reader.unsigned() else { return false }
            var data = reader
            guard reader.skip(length) else { return false }
            for letter in augmentation.dropFirst() {
                switch letter {
                case UInt8(ascii: "R"): return data.next(UInt8.self) == 0x1B
                case UInt8(ascii: "L"): _ = data.next(UInt8.self)
                case UInt8(ascii: "P"):
                    // A pointer of four bytes, or of eight.
                    guard let encoding = data.next(UInt8.self) else { return false }
                    guard data.skip([0, 4, 12].contains(encoding & 15) ? 8 : 4) else { return false }
                // A signal's frame: its registers are where the kernel put them.
                default: return false
                }
            }
            return false
        }
    }
}
