import Glibc
import Kernel
import Testing

/// A directory of a test's own, removed with all below it when the test is done.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/cronsupd-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.removeTree(path) }

    func write(_ text: String, to name: String) throws {
        let file = "\(path)/\(name)"
        if let slash = file.lastIndex(of: "/") { try FileSystem.createDirectories(String(file[..<slash])) }
        try Descriptor.create(file).writeAll(Array(text.utf8))
    }

    func link(_ name: String, to target: String) throws {
        try #require(symlink(target, "\(path)/\(name)") == 0)
    }

    private static func removeTree(_ path: String) {
        for name in (try? FileSystem.names(in: path)) ?? [] {
            let child = "\(path)/\(name)"
            if unlink(child) != 0 { removeTree(child) }
        }
        rmdir(path)
    }
}
