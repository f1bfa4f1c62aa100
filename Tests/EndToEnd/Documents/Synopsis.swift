import Foundation

/// How a program is called: each option of a command that `--help` has, and no other.
struct Synopsis {
    private let text: String
    private let scene: Scene

    init(_ text: String, _ scene: Scene) { (self.text, self.scene) = (text, scene) }

    func complaint() throws -> String {
        var complaints = ""
        for (command, options) in commands() {
            let known = try known(command)
            let (more, fewer) = (options.subtracting(known), known.subtracting(options))
            if !more.isEmpty { complaints += "\(command): no \(more.sorted()) in --help\n" }
            if !fewer.isEmpty { complaints += "\(command): expected \(fewer.sorted()) too\n" }
        }
        return complaints
    }

    /// Lines that begin with a blank go on with the line before.
    private func commands() -> [String: Set<String>] {
        var commands: [String: Set<String>] = [:]
        var command = ""
        for line in text.split(separator: "\n") {
            if !line.hasPrefix(" ") {
                let words = line.split(separator: " ")
                command = words.prefix { $0.allSatisfy { $0.isLowercase } }.joined(separator: " ")
            }
            let options = line.matches(of: /--[a-z]+(?:-[a-z]+)*/).map { String(line[$0.range]) }
            commands[command, default: []].formUnion(options)
        }
        return commands
    }

    private func known(_ command: String) throws -> Set<String> {
        let words = command.split(separator: " ").map(String.init)
        let finished = try scene.run(
            words.dropFirst() + ["--help"], program: "\(Binaries.directory)/\(words.first ?? "")")
        // In a table, or in the lines of the usage.
        let lines = finished.output.split(separator: "\n").filter {
            $0.hasPrefix("  -") || $0.contains("cronworker --")
        }
        let options = lines.flatMap { line in
            line.contains("cronworker --")
                ? line.matches(of: /--[a-z]+/).map { String(line[$0.range]) }
                : line.firstMatch(of: /^  (?:-h, )?(--[a-z-]+)/).map { [String($0.output.1)] } ?? []
        }
        let general: Set = ["--version", "--help"]
        let isSubcommand = words.count > 1
        return Set(options).subtracting(isSubcommand ? general : [])
    }
}
