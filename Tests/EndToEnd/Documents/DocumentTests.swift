import Foundation
import Kernel
import Testing
import Wire

@Suite("The documents' examples")
struct DocumentTests {
    @Test("are each right, or say why they cannot be run", arguments: DocumentBlock.pages)
    func examples(page: String) throws {
        let blocks = DocumentBlock.all(in: page)
        guard !blocks.isEmpty else { return }
        try Scene.play { scene in
            let stage = try DocumentStage(scene, blocks)
            for block in blocks {
                let complaint = try ExampleCheck(block, stage).complaint()
                #expect(complaint == nil, "\(block.place): \(complaint ?? "")")
            }
        }
    }

    @Test(
        "that are wrong are found",
        arguments: [
            (
                "yaml", "- name: a\n  kind: function.exec\n  command: echo \"a: b\" | mail\n",
                "a ': ' that cannot stand here"
            ),
            ("yaml", "- {name: a, kind: function.exec, comand: [x], meta: {type: cron.job, interval: 1s}}\n", "comand"),
            ("yaml", "retry: {}\n", "expected a registry, or entries"),
            ("lua", "local function f(\nreturn f\n", "expected"), ("durations", "1s 2x\n", "2x"),
            ("env", "A=\"x\n", "quote"), ("sh", "cronsupd --registy x --once\n", "Unknown option"),
            ("sh", "make instal\n", "instal"), ("console", "$ cronworker --version\ncronworker 9\n", "cronworker 0"),
            ("console", "$ cronworker --version\n", "cronworker 0"), ("messages", "beginn run=1\n", "beginn"),
            ("synopsis", "cronsupd [--registry PATH]\n", "--once"),
            ("synopsis", "cronsupctl next [--zone Z]\n", "--zone"),
            ("log", "2026-11-23T15:30:05.443Z INFO  TOCK  entry=a:b\n", "TOCK"), ("log", "INFO  TICK  entry\n", "="),
            ("log", "{\"message\":\n", "JSON"), ("", "x\n", "expected one of"), ("pyhton", "x\n", "expected one of"),
            ("text", "x\n", "expected one of"), ("text not run:  ", "x\n", "reason"),
        ])
    func mistakes(info: String, text: String, complaint: String) throws {
        let blocks = DocumentBlock.all(in: "```\(info)\n\(text)```\n", "page")
        try Scene.play { scene in
            let stage = try DocumentStage(scene, blocks)
            let found = try ExampleCheck(try #require(blocks.first), stage).complaint()
            #expect(found?.contains(complaint) == true, "\(found ?? "nothing")")
        }
    }

    @Test("in Swift compile, or are what they say they are")
    func swift() throws {
        let blocks = DocumentBlock.pages.flatMap { DocumentBlock.all(in: $0) }.filter { $0.language == "swift" }
        #expect(blocks.count >= 4)
        for block in blocks {
            guard let file = block.file else { continue }
            #expect(TextFile.read("\(DocumentBlock.root)/\(file)") == block.text, "\(block.place)")
        }
        try Scene.play { scene in
            let complaint = try SwiftExamples(blocks.filter { $0.file == nil && $0.reason == nil }, scene).complaint()
            #expect(complaint == "")
        }
    }
}
