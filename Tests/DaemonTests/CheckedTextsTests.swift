import Clocks
import TestSupport
import Testing
import Wire

@testable import Daemon

@Suite("The texts of Lua files")
struct CheckedTextsTests {
    @Test("are those that were checked, of files that nobody has written to a moment ago")
    func reading() throws {
        let directory = try TemporaryDirectory()
        try directory.write("return 1", to: "a.lua")
        var files = CheckedTexts()
        files.note("\(directory.path)/a.lua", FunctionCheckAnswer.version(of: Array("return 1".utf8)))
        #expect(try CheckedTexts.read(files, isQuiet: { _ in true }) != nil)
        var asked: [WallInstant] = []
        let texts = try CheckedTexts.read(files) {
            asked.append($0)
            return false
        }
        #expect(texts == nil && asked.count == 1)
        try directory.write("return 2", to: "a.lua")
        #expect(try CheckedTexts.read(files, isQuiet: { _ in true }) == nil)
    }
}
