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
    private let trust: Trust
    /// There was no descriptor for it, and so nothing is known of it.
    package let shortage: SystemError?

    package init(_ path: String, _ trust: Trust = .unasked) {
        (self.path, self.trust) = (path, trust)
        do throws(SystemError) {
            let file = try Self.open(path, trust)
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
    private static func open(_ path: String, _ trust: Trust) throws(SystemError) -> Descriptor {
        try TrustedFiles(trust).open(path, Int32(CLINUX_PATH_ONLY)).duplicate(atLeast: 16)
    }

    /// To be called before each start: what was opened may belong to somebody else by now, or others may write it. What is
    /// started by its path must have a path that is trusted.
    func vet() throws(SystemError) {
        guard trust.isAsked else { return }
        switch file {
        case .some(let file):
            let rights = try FileRights(of: file, path)
            if let flaw = trust.flaw(of: file, rights, at: path) { throw .untrusted(path, flaw) }
        case nil: try vetPath()
        }
    }

    /// What cannot be opened fails as its start would.
    private func vetPath() throws(SystemError) {
        do throws(SystemError) {
            _ = try TrustedFiles(trust).status(path)
        } catch {
            throw error.isUntrusted || error.isShortage ? error : SystemError("execve", path, code: error.code)
        }
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

    /// Of what stands at the path now; `nil` as well if its path is not trusted any more.
    private var current: FileIdentity? { try? TrustedFiles(trust).status(path).identity }

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
