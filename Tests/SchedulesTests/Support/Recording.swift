import Kernel
import Schedules
import Testing

/// What `Data/generate.py` has recorded.
enum Recording {
    struct Failure: Error { let message: String }

    private static let folder = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Data"

    /// The lines of a file without its comments, each split at tabs.
    static func rows(_ file: String) throws -> [[Substring]] {
        guard let (bytes, _) = try FileSystem.contents(of: "\(folder)/\(file)", limit: 1 << 24) else {
            throw Failure(message: "'\(file)' is being written")
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter {
            $0.utf8.first != UInt8(ascii: "#")
        }
        .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    }

    /// The numbers of `1 2 3`, each so much above the one before; the first above `first`.
    static func sums(_ text: Substring, from first: Int64) -> [Int64] {
        var last = first
        return text.split(separator: " ").map { word in
            last += Int64(word)!
            return last
        }
    }

    /// RFC 4648.
    static func bytes(base64 text: Substring) -> [UInt8] {
        var (bytes, buffer, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in text.utf8 {
            guard let value = alphabet[Int(byte)] else { continue }
            buffer = buffer << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(count)))
            }
        }
        return bytes
    }

    private static let alphabet: [UInt32?] = {
        var table = [UInt32?](repeating: nil, count: 256)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in letters.utf8.enumerated() { table[Int(byte)] = UInt32(value) }
        return table
    }()
}

/// Every zone of the recorded tzdata, and what zoneinfo says of it.
struct RecordedZone: Sendable, CustomTestStringConvertible {
    let name: String
    let rules: ZoneRules
    /// From 1850 on: the instant of each change and the offset from then on, the first being that of 1850.
    let changes: [(instant: Int64, offset: Int64)]

    var testDescription: String { name }

    /// Those that differ, each under the first of its names.
    static let all: [RecordedZone] = {
        do {
            let offsets = try Recording.rows("offsets.txt")
            return try offsets.map { row in RecordedZone(row, try rules(of: String(row[0]))) }
        } catch {
            fatalError("the recorded zones: \(error)")
        }
    }()

    /// By all names.
    static func rules(of name: String) throws -> ZoneRules {
        guard let file = files[name] else { throw Recording.Failure(message: "no zone '\(name)' is recorded") }
        if file.utf8.first == UInt8(ascii: "=") { return try rules(of: String(file.dropFirst())) }
        return try ZoneFile.rules(Recording.bytes(base64: file))
    }

    static let files: [String: Substring] = {
        let rows = (try? Recording.rows("zones.txt")) ?? []
        return Dictionary(uniqueKeysWithValues: rows.map { (String($0[0]), $0[1]) })
    }()

    private init(_ row: [Substring], _ rules: ZoneRules) {
        (name, self.rules) = (String(row[0]), rules)
        let words = row[1].split(separator: " ")
        var changes = [(instant: Int64.min, offset: Int64(words[0])!)]
        var last: Int64 = 0
        for word in words.dropFirst() {
            let colon = word.firstIndex(of: ":")!
            last += Int64(word[..<colon])!
            changes.append((last, Int64(word[word.index(after: colon)...])!))
        }
        self.changes = changes
    }

    /// By what zoneinfo says.
    func offset(at instant: Int64) -> Int64 { changes[index(at: instant)].offset }

    /// The number of the change that was the last at an instant.
    func index(at instant: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if changes[middle].instant <= instant { low = middle } else { high = middle }
        }
        return low
    }
}
