import Kernel
import Wire

/// The command lines of all programs, as they say themselves.
package struct ProgramDefinitions: Sendable {
    private static let dumpOption = "--experimental-dump-help"
    private static let longestAnswer = 1 << 20
    private static let functionWord = "function "

    /// What `cronsupctl` itself has, as JSON.
    private let own: @Sendable () -> String
    /// The output of a program, which stands in the directory of this one or where `make install` puts it.
    private let output: @Sendable (_ program: String, _ arguments: [String]) -> [UInt8]

    package init(own: @escaping @Sendable () -> String) {
        self.init(own: own) { ProgramOutput.read(Self.path(of: $0), $1, limit: Self.longestAnswer) ?? [] }
    }

    init(
        own: @escaping @Sendable () -> String, output: @escaping @Sendable (String, [String]) -> [UInt8]
    ) { (self.own, self.output) = (own, output) }

    /// Empty for a program that is none of these, or is not there.
    func grammar(of program: String) -> CommandGrammar {
        let unknown = CommandGrammar(name: program, options: [], arguments: [])
        switch program {
        case "cronsupctl": return CommandGrammar(dump: Array(own().utf8)) ?? unknown
        case "cronsupd": return CommandGrammar(dump: output(program, [Self.dumpOption])) ?? unknown
        case "cronworker": return worker(program)
        default: return unknown
        }
    }

    /// It has no parser, for its size.
    private func worker(_ program: String) -> CommandGrammar {
        let catalog = String(decoding: output(program, [WorkerOption.catalog]), as: UTF8.self)
        let functions = catalog.split(separator: "\n").filter { $0.hasPrefix(Self.functionWord) }
            .map { String($0.dropFirst(Self.functionWord.count)) }
        let options = WorkerOption.all.map { option in
            CommandGrammar.Option(
                names: [option.name], help: option.meaning, isRepeating: false, value: nil, usual: nil)
        }
        let values = [functions, ["1s", "10s", "1m", "1h"]].map { words in
            CommandGrammar.Option(names: [], help: "", isRepeating: false, value: .words(words), usual: nil)
        }
        return CommandGrammar(name: program, options: options, arguments: values)
    }

    private static func path(of program: String) -> String {
        let own = ThisProcess.executablePath ?? ""
        let directory = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        let places = ["", "/../sbin", "/../libexec/cronsupd"].map { "\(directory)\($0)/\(program)" }
        return places.first(where: FileSystem.isExecutable) ?? places[0]
    }
}
