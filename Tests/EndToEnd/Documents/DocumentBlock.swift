import Foundation
import Kernel

/// A fenced block of a page.
struct DocumentBlock {
    let page: String
    /// Of the fence that opens it.
    let line: Int
    /// The first word after the fence.
    let language: String
    /// `file=NAME`: what the others of the page know it as.
    let file: String?
    /// Why it cannot run: `not run: REASON`.
    let reason: String?
    /// Without the indentation that all its lines have.
    let text: String

    var place: String { "\(page):\(line)" }
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    /// The pages whose examples are run.
    static var pages: [String] {
        let pages = (try? FileSystem.names(in: "\(root)/docs")) ?? []
        let decisions = (try? FileSystem.names(in: "\(root)/docs/decisions")) ?? []
        return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Benchmarks/README.md"]
            + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
            + decisions.sorted().map { "docs/decisions/\($0)" }
    }

    static func all(in page: String) -> [DocumentBlock] {
        all(in: TextFile.read("\(root)/\(page)") ?? "", page)
    }

    static func all(in text: String, _ page: String) -> [DocumentBlock] {
        var blocks: [DocumentBlock] = []
        var open: (line: Int, info: String, lines: [String])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let bare = line.drop { $0 == " " }
            guard bare.hasPrefix("```") else {
                open?.lines.append(String(line))
                continue
            }
            if let (line, info, lines) = open {
                blocks.append(DocumentBlock(page, line, info, lines))
                open = nil
            } else {
                open = (index + 1, String(bare.dropFirst(3)), [])
            }
        }
        return blocks
    }

    private init(_ page: String, _ line: Int, _ info: String, _ lines: [String]) {
        (self.page, self.line) = (page, line)
        let mark = "not run: "
        let parts = info.range(of: mark)
        reason = parts.map { String(info[$0.upperBound...]) }
        let words = info[..<(parts?.lowerBound ?? info.endIndex)].split(separator: " ").map(String.init)
        language = words.first ?? ""
        file = words.dropFirst().first { $0.hasPrefix("file=") }.map { String($0.dropFirst(5)) }
        let indents = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }
        let indent = indents.min() ?? 0
        text = lines.map { $0.dropFirst(indent) + "\n" }.joined()
    }
}
