/// A file of /proc, or of a control group: its size is not known before its end.
package enum ProcFile {
    /// At most `limit` bytes.
    static func contents(_ path: String, limit: Int = .max) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(reading: path)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        do throws(SystemError) {
            while bytes.count < limit, case .bytes(let count) = try file.read(into: &chunk, from: 0) {
                bytes += chunk[..<min(count, limit - bytes.count)]
            }
        } catch {
            throw SystemError("read", path, code: error.code)
        }
        return bytes
    }

    package static func text(_ path: String, limit: Int = .max) throws(SystemError) -> String {
        String(decoding: try contents(path, limit: limit), as: UTF8.self)
    }
}
