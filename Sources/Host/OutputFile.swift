package import Kernel
import Values

/// A file that somebody has named, to be written as a whole.
package enum OutputFile {
    /// Why it is not written.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Refuses what is there and is not to be replaced: what is no plain file never is, since whoever names it expects it to stay what it
    /// is.
    package static func require(_ path: String, mayOverwrite: Bool) throws {
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw Refusal(description: "'\(shown(path))' is no name of a file; expected one")
        }
        switch try FileSystem.kindOfName(path) {
        case nil: return
        case .regular?:
            if mayOverwrite { return }
            throw Refusal(description: "'\(shown(path))' is there already; expected --overwrite, or another name")
        case let kind?:
            throw Refusal(
                description: "'\(shown(path))' is a \(word(kind)); expected a plain file, or a name that nothing has")
        }
    }

    private static func word(_ kind: FileKind) -> String {
        switch kind {
        case .regular: "plain file"
        case .directory: "directory"
        case .pipe: "named pipe"
        case .socket: "socket"
        case .device: "device"
        case .other: "symbolic link"
        }
    }

    private static func shown(_ path: String) -> String { PrintableText.escape(path, limit: 300) }

    /// Readable for its owner alone, and in its place when `body` has written all of it and that is on the disk. `name`: what it is called
    /// until then.
    package static func write(
        _ path: String, mayOverwrite: Bool,
        _ body: (_ file: borrowing Descriptor, _ name: String) throws(SystemError) -> Void
    ) throws {
        // Nobody can have put a link of this name there before.
        let new = "\(path).\(String(UInt64.random(in: 0...(.max)), radix: 16)).new"
        do throws(SystemError) {
            let file = try Descriptor.createNew(new)
            try body(file, new)
            try file.sync(new)
        } catch {
            try? FileSystem.remove(new)
            throw error.object == new ? error.of(path) : error
        }
        do {
            try require(path, mayOverwrite: mayOverwrite)
            try FileSystem.rename(new, to: path)
        } catch {
            try? FileSystem.remove(new)
            throw error
        }
    }
}
