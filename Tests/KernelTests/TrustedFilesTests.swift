import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Kernel

@Suite("What root reads and runs", .enabled(if: geteuid() == 0, "needs root"))
struct TrustedFilesTests {
    private static let stranger: uid_t = 1_000
    private let directory: TemporaryDirectory
    private var path: String { directory.path }

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("text", to: "sub/file")
        try directory.write("other", to: "elsewhere/file")
    }

    private func text(_ name: String = "sub/file", trusting others: [UInt32] = []) throws(SystemError) -> String? {
        let contents = try TrustedFiles(Trust(besidesRoot: others)).contents(of: "\(path)/\(name)", limit: 100)
        return contents.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// Whose reason is `flaw`, with `place` for the path of the name.
    private func expectRefusal(
        _ name: String = "sub/file", of place: String, _ flaw: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let error = #expect(throws: SystemError.self, sourceLocation: sourceLocation) { try text(name) }
        #expect(error?.isUntrusted == true, sourceLocation: sourceLocation)
        let expected = "open '\(path)/\(name)': '\(path)\(place)' \(flaw)"
        #expect(error?.description == expected, sourceLocation: sourceLocation)
    }

    private static let owned = "is owned by uid 1000; expected root: chown it, or start with --trust-owner 1000"

    private static func open(_ mode: String, to whom: String) -> String {
        "has mode \(mode), so that \(whom) can write to it; expected its owner alone: chmod go-w, or mount it read-only"
    }

    private func give(_ name: String) { lchown("\(path)/\(name)", Self.stranger, Self.stranger) }
    private func open(_ name: String, _ mode: mode_t) { chmod("\(path)/\(name)", mode) }

    // MARK: F58

    @Test("is what root alone has written")
    func trusted() throws {
        #expect(try text() == "text")
        #expect(try TrustedFiles(Trust(besidesRoot: [])).names(in: "\(path)/sub") == ["file"])
        #expect(try text("sub/../sub/./file") == "text")
        let error = SystemError("open", "\(path)/sub/none", code: ENOENT)
        #expect(throws: error) { try text("sub/none") }
        #expect(throws: SystemError("open", "\(path)/sub/file/x", code: ENOTDIR)) { try text("sub/file/x") }
    }

    @Test("is no file that others may write", arguments: [("0664", "group 0"), ("0622", "others"), ("0666", "others")])
    func file(mode: String, whom: String) throws {
        open("sub/file", try #require(mode_t(mode, radix: 8)))
        try expectRefusal(of: "/sub/file", Self.open(mode, to: whom))
    }

    @Test("is nothing below a directory that others may write", arguments: [("0775", "group 0"), ("0777", "others")])
    func openDirectory(mode: String, whom: String) throws {
        open("sub", try #require(mode_t(mode, radix: 8)))
        try expectRefusal(of: "/sub", Self.open(mode, to: whom))
        #expect(throws: SystemError.self) { try TrustedFiles(Trust(besidesRoot: [])).names(in: "\(path)/sub") }
    }

    @Test("is nothing of another user's, and nothing below it", arguments: ["sub/file", "sub"])
    func owner(name: String) throws {
        give(name)
        try expectRefusal(of: "/\(name)", Self.owned)
        #expect(try text(trusting: [33, 1_000]) == "text")
        let error = #expect(throws: SystemError.self) { try text(trusting: [33]) }
        #expect(error?.reason.contains("expected root or uid 33: chown it") == true)
    }

    @Test("in a sticky directory is what its owner has put there, who must be trusted")
    func sticky() throws {
        open("sub", 0o1777)
        #expect(try text() == "text")
        give("sub/file")
        try expectRefusal(of: "/sub/file", Self.owned)
        try directory.link("sub/link", to: "../elsewhere/file")
        #expect(try text("sub/link") == "other")
        give("sub/link")
        try expectRefusal("sub/link", of: "/sub/link", Self.owned)
    }

    @Test("is behind links that nobody else can turn")
    func links() throws {
        try directory.link("sub/near", to: "./file")
        try directory.link("sub/far", to: "\(path)/elsewhere/file")
        try directory.link("through", to: "elsewhere")
        try directory.link("sub/chain", to: "../through/../sub/near")
        for (name, contents) in [("near", "text"), ("far", "other"), ("chain", "text")] {
            #expect(try text("sub/\(name)") == contents, "\(name)")
        }
        #expect(try text("through/file") == "other")
        // Its directory alone says who can put another link into its place.
        give("sub/near")
        #expect(try text("sub/near") == "text")
        give("elsewhere")
        try expectRefusal("sub/far", of: "/elsewhere", Self.owned)
        try expectRefusal("through/file", of: "/elsewhere", Self.owned)
        try directory.link("elsewhere/back", to: "../sub/file")
        try expectRefusal("elsewhere/back", of: "/elsewhere", Self.owned)
        try directory.link("loop", to: "loop")
        #expect(throws: SystemError("open", "\(path)/loop", code: ELOOP)) { try text("loop") }
    }

    @Test("may be given by a descriptor, whose file must be where it was opened")
    func descriptor() throws {
        let file = try Descriptor.open(reading: "\(path)/sub/file")
        let link = "/proc/self/fd/\(file.raw)"
        let trust = Trust(besidesRoot: [])
        #expect(try TrustedFiles(trust).contents(of: link, limit: 10)?.bytes == Array("text".utf8))
        give("sub")
        #expect(throws: SystemError.self) { try TrustedFiles(trust).contents(of: link, limit: 10) }
    }

    @Test("may be given by a descriptor of a file without a name, which has rights of its own")
    func nameless() throws {
        let file = try Descriptor.open(reading: "\(path)/sub/file")
        let link = "/proc/self/fd/\(file.raw)"
        give("sub/file")
        try FileSystem.remove("\(path)/sub/file")
        #expect(throws: SystemError.self) {
            try TrustedFiles(Trust(besidesRoot: [])).contents(of: link, limit: 10)
        }
        let own = try Descriptor.open(reading: "\(path)/elsewhere/file")
        try FileSystem.remove("\(path)/elsewhere/file")
        let contents = try TrustedFiles(Trust(besidesRoot: []))
            .contents(of: "/proc/self/fd/\(own.raw)", limit: 10)
        #expect(contents?.bytes == Array("other".utf8))
    }

    @Test("has directories that are looked at once a load")
    func once() throws {
        let files = TrustedFiles(Trust(besidesRoot: []))
        _ = try files.contents(of: "\(path)/sub/file", limit: 10)
        try FileSystem.rename("\(path)/sub", to: "\(path)/moved")
        // It is held, and the path is not gone along again.
        #expect(try files.contents(of: "\(path)/sub/file", limit: 10) != nil)
        files.forget()
        #expect(throws: SystemError.self) { try files.contents(of: "\(path)/sub/file", limit: 10) }
    }

    // MARK: F58, programs

    private func program(_ source: String) throws -> (file: ProgramFile, run: () throws -> Run) {
        try #require(try run("/bin/cp", [source, "\(path)/sub/program"]).status == .exited(code: 0))
        open("sub/program", 0o755)
        let file = ProgramFile("\(path)/sub/program", Trust(besidesRoot: []))
        return (file, { try run(Program(file, environment: [], openFiles: plainLimit), ["text"]) })
    }

    @Test("is a program that is asked again before each start")
    func start() throws {
        let (file, start) = try program("/bin/echo")
        #expect(file.isCurrent)
        #expect(try start().output == "text\n")
        // What was opened is the same, whoever may put another into its place, but the next load does not take it.
        open("sub", 0o777)
        #expect(!file.isCurrent)
        #expect(try start().output == "text\n")
        open("sub", 0o755)
        open("sub/program", 0o757)
        let error = #expect(throws: SystemError.self) { try start() }
        #expect(error?.isUntrusted == true)
    }

    @Test("is a script whose path is gone along again before each start")
    func script() throws {
        try directory.write("#!/bin/sh\necho $1\n", to: "script")
        let (_, start) = try program("\(path)/script")
        #expect(try start().output == "text\n")
        open("sub", 0o777)
        let error = #expect(throws: SystemError.self) { try start() }
        #expect(error?.isUntrusted == true)
        open("sub", 0o755)
        #expect(try start().output == "text\n")
        unlink("\(path)/sub/program")
        #expect(throws: SystemError("execve", "\(path)/sub/program", code: ENOENT)) { try start() }
    }

    // MARK: F58, access lists

    /// `user`: who may write besides the owner.
    private static func list(user: UInt32, _ rights: UInt8, group: UInt8 = 4, mask: UInt8 = 7) -> [UInt8] {
        func entry(_ tag: UInt8, _ rights: UInt8, _ id: UInt32 = .max) -> [UInt8] {
            [tag, 0, rights, 0] + (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) }
        }
        return [2, 0, 0, 0] + entry(1, 6) + entry(2, rights, user) + entry(4, group) + entry(0x10, mask)
            + entry(0x20, 4)
    }

    @Test("is no file whose access list lets others write")
    func accessList() throws {
        func set(_ list: [UInt8]) throws {
            let name = "\(path)/sub/file"
            try systemCall("setxattr", name) {
                SetAttribute.call(name, "system.posix_acl_access", list, list.count, 0)
            }
        }
        try set(Self.list(user: 1_000, 6))
        try expectRefusal(
            of: "/sub/file",
            "has an access list that lets uid 1000 write to it; expected none: setfacl -x u:1000, or start with "
                + "--trust-owner 1000")
        #expect(try text(trusting: [1_000]) == "text")
        // What the mask takes away, nobody has.
        try set(Self.list(user: 1_000, 6, mask: 4))
        #expect(try text() == "text")
        try set(Self.list(user: 1_000, 4))
        #expect(try text() == "text")
        try set(Self.list(user: 1_000, 4, group: 6))
        try expectRefusal(
            of: "/sub/file", "has an access list that lets a group write to it; expected none: setfacl -b")
    }

    // MARK: F58, exchanged by renaming

    @Test("is what was looked at, though it is exchanged by renaming all the time", arguments: Exchange.allCases)
    func exchanged(kind: Exchange) throws {
        try kind.prepare(directory, stranger: Self.stranger)
        let exchanger = try Exchanger("\(path)/here", "\(path)/there")
        defer { exchanger.stop() }
        var (good, refused) = (0, 0)
        // Each of them more often than by chance.
        while good < 500 || refused < 500 {
            do {
                let found = try text(kind.name)
                try #require(found != "bad")
                if found == "good" { good += 1 }
            } catch let error as SystemError {
                try #require(error.isUntrusted || error.isNotFound, "\(error)")
                if error.isUntrusted { refused += 1 }
            }
        }
    }
}

/// setxattr(2), which the Glibc module lacks.
private enum SetAttribute {
    typealias Function =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32) -> Int32

    static let call = unsafeBitCast(dlsym(nil, "setxattr"), to: Function.self)
}

/// What is at `here`, and what comes into its place.
enum Exchange: CaseIterable {
    case file, directory, link

    /// What is read.
    var name: String { self == .file ? "here" : "here/file" }

    func prepare(_ directory: TemporaryDirectory, stranger: uid_t) throws {
        let path = directory.path
        switch self {
        case .file:
            try directory.write("good", to: "here")
            try directory.write("bad", to: "there")
            chown("\(path)/there", stranger, stranger)
        case .directory, .link:
            // The file itself is root's, as a link of the stranger's to one of root's would be.
            let (good, bad) = self == .link ? ("good", "bad") : ("here", "there")
            try directory.write("good", to: "\(good)/file")
            try directory.write("bad", to: "\(bad)/file")
            chown("\(path)/\(bad)", stranger, stranger)
            guard self == .link else { return }
            try directory.link("here", to: "good")
            try directory.link("there", to: "bad")
        }
    }
}

/// A thread that exchanges two paths until it is stopped. For a moment each time there is nothing.
private final class Exchanger: Sendable {
    private let first: String
    private let second: String
    private let isStopped = Atomic(false)
    private let hasEnded = Atomic(false)

    init(_ first: String, _ second: String) throws {
        (self.first, self.second) = (first, second)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Exchanger>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        try #require(code == 0)
        pthread_detach(thread)
    }

    private func run() {
        while !isStopped.load(ordering: .relaxed) {
            rename(first, first + ".moved")
            rename(second, first)
            rename(first + ".moved", second)
        }
        hasEnded.store(true, ordering: .releasing)
    }

    /// Returns when nothing is exchanged any more.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        while !hasEnded.load(ordering: .acquiring) { sched_yield() }
    }
}
