package import Host
package import Kernel
import Model

/// Which registry it is, by whatever path: its directory, or that of its file with the file's name. So it is the same under a bind
/// mount, and when the file is saved by renaming another one.
package final class RegistrySite {
    /// As long as this lives, no other registry on this machine has it.
    let key: String
    private let directory: HeldDirectory

    private init(_ directory: consuming HeldDirectory, file: String?) {
        let identity = directory.identity
        let name = file.map { "-\(RegistryKey.of($0))" } ?? ""
        key = "\(String(identity.device, radix: 16))-\(identity.inode)\(name)"
        self.directory = directory
    }

    /// `nil`: the path does not lead any more to what was read; a link may have been turned.
    package static func find(
        _ path: String, _ reading: RegistryReader.Reading
    ) throws(SystemError) -> RegistrySite? {
        guard let expected = reading.identity(of: path) else { return nil }
        do throws(SystemError) {
            return try find(path, expected)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    private static func find(_ path: String, _ expected: FileIdentity) throws(SystemError) -> RegistrySite? {
        let real = try FileSystem.realPath(path)
        let (kind, identity) = try FileSystem.status(real)
        guard identity.key == expected.key else { return nil }
        if kind == .directory {
            let directory = try HeldDirectory(real)
            return directory.identity.key == identity.key ? RegistrySite(directory, file: nil) : nil
        }
        let slash = real.lastIndex(of: "/") ?? real.startIndex
        return RegistrySite(try HeldDirectory("\(real[..<slash])/"), file: String(real[real.index(after: slash)...]))
    }
}
