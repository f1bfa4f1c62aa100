import Clocks
import Host
import Kernel
import Registry
import Values

/// Keeps the registry that was accepted last in the state directory, for a start that finds errors in the registry (`--fallback`).
package final class RegistryKeeper {
    private let registry: String
    private let place: String
    private let key: String
    private let trust: Trust
    private var accepted: AcceptedRegistry?
    /// Of what is in the file.
    private var saved: UInt64?

    private static let name = "accepted"
    private static let head = "cronsupd-registry 1"
    /// The registry's files, its crontabs and its files of Lua.
    private static let largest = 256 << 20

    /// `nil`: nothing is to be kept.
    init?(_ configuration: Configuration, _ trust: Trust) {
        guard let place = configuration.stateDirectory else { return nil }
        (self.place, self.trust, registry) = (place, trust, configuration.registry)
        key = configuration.key
    }

    /// The next one to be saved.
    func note(_ accepted: AcceptedRegistry?) { self.accepted = accepted ?? self.accepted }

    private struct Damage: Error, CustomStringConvertible {
        let path: String
        var description: String { "'\(path)' is damaged" }
    }

    private struct OtherPath: Error, CustomStringConvertible {
        let path: String
        var description: String { "it was accepted as --registry \(PrintableText.escape(path))" }
    }

    // MARK: The file

    /// A line with the time and a hash of what follows it.
    func save(at now: WallInstant) throws(SystemError) {
        guard let accepted else { return }
        self.accepted = nil
        let bytes = accepted.encoded()
        let hash = StableHash.of(bytes)
        if saved == nil { saved = (try? contents())?.hash }
        guard hash != saved else { return }
        let head = "\(Self.head) \(now.nanoseconds) \(String(hash, radix: 16))\n"
        try PrivateFile.replace(Self.name, in: try directory(), with: Array(head.utf8) + bytes, isLasting: true)
        saved = hash
    }

    private func directory() throws(SystemError) -> PrivateDirectory {
        try StateDirectory.open(place, key: key, trust).directory("registry")
    }

    /// What was accepted last, and when; `nil`: nothing is kept.
    func read() throws -> (accepted: AcceptedRegistry, moment: WallInstant)? {
        guard let (bytes, moment, hash) = try contents() else { return nil }
        let accepted = try AcceptedRegistry(decoding: bytes)
        guard accepted.path == registry else { throw OtherPath(path: accepted.path) }
        saved = hash
        return (accepted, moment)
    }

    private func contents() throws -> (bytes: [UInt8], moment: WallInstant, hash: UInt64)? {
        guard let file = try PrivateFile.contents(of: Self.name, in: try directory(), limit: Self.largest) else {
            return nil
        }
        let damage = Damage(path: "\(place)/\(key)/registry/\(Self.name)")
        guard let end = file.firstIndex(of: UInt8(ascii: "\n")) else { throw damage }
        let words = String(decoding: file[..<end], as: UTF8.self).split(separator: " ")
        let bytes = Array(file[(end + 1)...])
        guard words.count == 4, words[..<2].joined(separator: " ") == Self.head, let moment = Int64(words[2]),
            let hash = UInt64(words[3], radix: 16), hash == StableHash.of(bytes)
        else { throw damage }
        return (bytes, WallInstant(nanoseconds: moment), hash)
    }
}
