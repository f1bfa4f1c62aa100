import Clocks
import Kernel
import Model
import Wire

/// The files of Lua that were checked, and their texts, which are what all workers run until the next load.
struct CheckedTexts: Sendable {
    /// By path, as the check has named them.
    private var versions: [String: String] = [:]
    /// Two checks have found two texts in a file.
    private var isTorn = false

    /// Of all files.
    static let totalBytes = 64 << 20
    /// More than a worker takes for one.
    private static let largest = 16 << 20

    mutating func note(_ file: String, _ version: String) {
        if versions.updateValue(version, forKey: file) ?? version != version { isTorn = true }
    }

    /// `nil`: a file is not what was checked any more, or was written to a moment ago. `isQuiet`: of when a file was written to.
    static func read(
        _ files: CheckedTexts, from disk: TrustedFiles = TrustedFiles(.unasked), isQuiet: (WallInstant) -> Bool
    ) throws -> SourceTexts? {
        guard !files.isTorn else { return nil }
        var texts = SourceTexts()
        for (path, version) in files.versions {
            if version == FunctionCheckAnswer.unreadable {
                // It may have changed faster than it could be read.
                if let modified = try? disk.status(path).identity.modified, !isQuiet(modified) { return nil }
                continue
            }
            guard let (bytes, identity) = try contents(path, disk), isQuiet(identity.modified),
                FunctionCheckAnswer.version(of: bytes) == version
            else { return nil }
            texts.add(bytes, of: path)
            guard texts.size <= totalBytes else { throw Excess() }
        }
        return texts
    }

    struct Excess: Error, CustomStringConvertible {
        let description = "the registry's files of Lua are larger than 64 MiB; expected less in all of them"
    }

    /// Gone is changed, too.
    private static func contents(
        _ path: String, _ disk: TrustedFiles
    ) throws(SystemError) -> (bytes: [UInt8], identity: FileIdentity)? {
        do throws(SystemError) {
            return try disk.contents(of: path, limit: largest)
        } catch {
            if error.isShortage || error.isUntrusted { throw error }
            return nil
        }
    }
}
