import Foundation
import Glibc
import Kernel
import Testing

/// Parts of Swift programs, which are compiled as far as their types.
struct SwiftExamples {
    private let blocks: [DocumentBlock]
    private let scene: Scene

    init(_ blocks: [DocumentBlock], _ scene: Scene) { (self.blocks, self.scene) = (blocks, scene) }

    /// What the compiler says; empty: nothing.
    func complaint() throws -> String {
        var files: [String] = []
        for block in blocks {
            let file = scene.path("Example\(block.line).swift")
            try TextFile.write(Self.source(block), to: file)
            files.append(file)
        }
        let root = DocumentBlock.root
        let jobs = try FileSystem.names(in: "\(root)/Sources/Shared/Jobs").filter { $0.hasSuffix(".swift") }
        let maps = ["\(root)/Sources/CLinux", "\(Binaries.directory)/CSpawn.build"].flatMap {
            ["-Xcc", "-fmodule-map-file=\($0)/module.modulemap"]
        }
        let script =
            "exec swiftc -typecheck -swift-version 6 -module-name Jobs -package-name \"$1\" -I \(Binaries.directory)/Modules "
            + (maps + files + jobs.map { "\(root)/Sources/Shared/Jobs/\($0)" }).joined(separator: " ")
        let name = String(root.split(separator: "/").last ?? "").lowercased()
        let finished = try scene.run(["-c", script, "sh", name], program: "/bin/sh")
        return finished.status == .exited(code: 0) ? "" : finished.output + finished.errors
    }

    /// A file, a line of a catalog, or lines of a function.
    private static func source(_ block: DocumentBlock) -> String {
        let text = block.text
        if text.hasPrefix("import ") { return text }
        if text.hasSuffix(",\n") { return "let catalog\(block.line): JobCatalog = [\n\(text)]\n" }
        let names = block.lines.filter { $0.hasPrefix("let ") }.map { $0.dropFirst(4).prefix { $0 != " " } }
        return "@Sendable func example\(block.line)(_ context: JobContext) throws -> JobResult {\n\(text)\n"
            + "return \"\\((\(names.joined(separator: ", "))))\"\n}\n"
    }
}
