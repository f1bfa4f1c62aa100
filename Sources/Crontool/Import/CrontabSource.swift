import Kernel

/// Reads crontabs from files and from the standard input.
package enum CrontabSource {
    private static let largest = 4 << 20

    /// `-` is the standard input.
    package static func read(_ path: String, isSystem: Bool, owner: String?) throws -> CrontabFile {
        guard owner.map(CrontabText.isUser) ?? true else {
            throw InputFailure("user: '\(owner ?? "")' is no user's name")
        }
        let bytes = path == "-" ? try StandardDescriptors.readInput(limit: largest) : try contents(path)
        guard bytes.count <= largest else {
            throw InputFailure("'\(path)' has more than \(largest) bytes; expected a crontab")
        }
        return CrontabFile(path: path, bytes: bytes, isSystem: isSystem || CrontabFile.isSystemPath(path), owner: owner)
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        do {
            guard let (bytes, _) = try FileSystem.contents(of: path, limit: largest) else {
                throw InputFailure("'\(path)' was written to while it was read; try again")
            }
            return bytes
        } catch let error as SystemError {
            throw InputFailure("\(error)")
        }
    }
}
