import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A search in PATH")
struct ProgramSearchTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["first/tool", "second/tool", "plain/tool", "below/folder/x"] {
            try directory.write("#!/bin/sh\n", to: name)
        }
        for name in ["first", "second"] { try #require(chmod("\(directory.path)/\(name)/tool", 0o755) == 0) }
    }

    private func find(_ name: String, _ path: String, directory: String? = nil) -> ProgramSearch.Finding {
        let whole = path.split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("/") ? "\(self.directory.path)\($0)" : String($0) }.joined(separator: ":")
        return ProgramSearch.find(name, path: whole, directory: directory)
    }

    @Test("finds the first that may be run")
    func order() {
        let path = directory.path
        #expect(find("tool", "/first:/second") == .found("\(path)/first/tool"))
        #expect(find("tool", "/nowhere:/plain:/second:/first") == .found("\(path)/second/tool"))
        #expect(find("tool", "/plain:/plain") == .denied("\(path)/plain/tool"))
        #expect(find("folder", "/below:/first") == .denied("\(path)/below/folder"))
        #expect(find("tool", "/nowhere:/plain/tool") == .missing)
        #expect(find("", "/first") == .missing)
    }

    @Test("takes a name with a slash for a path")
    func slash() {
        for name in ["/first/tool", "./tool", "a/b"] { #expect(find(name, "/first") == .found(name)) }
    }

    @Test("looks from the directory in which the program begins")
    func relative() {
        let path = directory.path
        #expect(find("tool", "first", directory: path) == .found("first/tool"))
        #expect(find("tool", "nowhere::", directory: "\(path)/first") == .found("./tool"))
        #expect(find("tool", "", directory: "\(path)/below") == .missing)
    }
}
