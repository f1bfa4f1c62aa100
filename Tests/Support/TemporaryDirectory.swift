import Glibc
package import Kernel

/// A directory of a test's own, removed with all below it when the test is done.
package final class TemporaryDirectory {
    package let path: String

    package init() throws(SystemError) {
        var template = Array("/tmp/cronsupd-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "/tmp", code: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.removeTree(path) }

    package func write(_ text: String, to name: String) throws {
        let file = "\(path)/\(name)"
        if let slash = file.lastIndex(of: "/") { try FileSystem.createDirectories(String(file[..<slash])) }
        try Descriptor.create(file).writeAll(Array(text.utf8))
    }

    package func link(_ name: String, to target: String) throws(SystemError) {
        guard withPath("\(path)/\(name)", { symlink(target, $0) }) == 0 else {
            throw SystemError("symlink", name, code: errno)
        }
    }

    /// A file, or a directory with all below it.
    package func remove(_ name: String) { Self.remove("\(path)/\(name)") }

    private static func remove(_ path: String) { if withPath(path, { unlink($0) }) != 0 { removeTree(path) } }

    private static func removeTree(_ path: String) {
        for name in (try? FileSystem.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        _ = withPath(path) { rmdir($0) }
    }
}
