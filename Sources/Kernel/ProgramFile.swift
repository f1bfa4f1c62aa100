internal import CLinux
internal import Glibc

/// The file of a program as it was when it was opened, to be started again and again, whatever comes to stand at its path
/// meanwhile.
///
/// A script is not kept: its interpreter opens it by its path. Neither is what cannot be opened, so that the error is that of
/// the start.
package final class ProgramFile {
    package let path: String
    private let file: Descriptor?
    private let opened: FileIdentity?
    /// There was no descriptor for it, and so nothing is known of it.
    package let shortage: SystemError?

    package init(_ path: String) {
        self.path = path
        do throws(SystemError) {
            let file = try Self.open(path)
            opened = try FileSystem.identity(file, path).identity
            if Self.isScript(file) { self.file = nil } else { self.file = consume file }
            shortage = nil
        } catch {
            file = nil
            opened = nil
            shortage = error.isShortage ? error : nil
        }
    }

    /// Not to be read: who may run it need not be allowed to. The number is above all that a child's descriptors are moved to.
    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, flags: Int32(CLINUX_PATH_ONLY)).duplicate(atLeast: 16)
    }

    private static func isScript(_ program: borrowing Descriptor) -> Bool {
        guard let file = try? Descriptor.open(reading: "/proc/self/fd/\(program.raw)") else { return false }
        var head: [UInt8] = [0, 0]
        guard case .bytes(2) = try? file.read(into: &head, from: 0) else { return false }
        return head == Array("#!".utf8)
    }

    /// Of what a start would start; `nil`: there is nothing.
    package var identity: FileIdentity? {
        switch file {
        case .some: opened
        case nil: current
        }
    }

    /// Of what stands at the path now.
    private var current: FileIdentity? { try? FileSystem.status(path).identity }

    /// Whether that is what was opened.
    package var isCurrent: Bool { shortage == nil && opened == current }

    /// Under which this process can read the file.
    package var image: String { raw < 0 ? path : "/proc/self/fd/\(raw)" }

    /// -1: it is started by its path.
    var raw: Int32 {
        switch file {
        case .some(let file): file.raw
        case nil: -1
        }
    }
}
