/// What lies where in a process's memory (/proc/PID/maps).
struct MemoryMap: Hashable {
    struct Region: Hashable {
        var start: UInt64
        var end: UInt64
        var isExecutable: Bool
        /// Where in its file it begins.
        var offset: UInt64
        /// 0: it is in no file.
        var inode: UInt64
        var path: String

        /// The last part of the path.
        var module: String? {
            guard !path.isEmpty else { return nil }
            return String(path.split(separator: "/").last ?? "")
        }
    }

    /// In the order of their addresses.
    private(set) var regions: [Region] = []

    static let longest = 1 << 20

    init(process: ProcessID) {
        self.init((try? ProcFile.contents("/proc/\(process)/maps", limit: Self.longest)) ?? [])
    }

    init(_ text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard let region = Self.region(line), region.start >= regions.last?.end ?? 0 else { continue }
            regions.append(region)
        }
    }

    /// `55d0c3a00000-55d0c3a21000 r-xp 00002000 fe:00 1835   /usr/bin/cat`
    private static func region(_ line: ArraySlice<UInt8>) -> Region? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
        guard fields.count >= 5, fields[1].count == 4 else { return nil }
        let range = fields[0].split(separator: UInt8(ascii: "-"))
        guard range.count == 2, let start = hexadecimal(range[0]), let end = hexadecimal(range[1]), start < end,
            let offset = hexadecimal(fields[2]), let inode = UInt64(String(decoding: fields[4], as: UTF8.self))
        else { return nil }
        let path = fields.count == 6 ? fields[5].drop { $0 == UInt8(ascii: " ") } : []
        return Region(
            start: start, end: end, isExecutable: fields[1].contains(UInt8(ascii: "x")), offset: offset, inode: inode,
            path: String(decoding: path, as: UTF8.self))
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: text, as: UTF8.self), radix: 16)
    }

    func region(at address: UInt64) -> Region? {
        var (low, high) = (0, regions.count)
        while low < high {
            let middle = (low + high) / 2
            if regions[middle].end <= address { low = middle + 1 } else { high = middle }
        }
        return low < regions.count && regions[low].start <= address ? regions[low] : nil
    }
}
