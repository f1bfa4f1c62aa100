import Values

/// An option that takes one value and is given twice. ArgumentParser would take the last one and not say so.
package enum RepeatedOption {
    /// `help`: what ArgumentParser's `_dumpHelp` says of the program.
    package static func complaint(
        about arguments: [String], of help: @autoclosure () -> String
    ) -> String? {
        let names = repeatedNames(arguments)
        guard !names.isEmpty, let command = command(arguments, help()) else { return nil }
        let single = Set(items(command["arguments"]).filter(isSingle).flatMap { items($0["names"]).compactMap(flag) })
        return names.first(where: single.contains).map { "\($0) is given more than once; expected one value" }
    }

    /// A value never begins with `-`, unless it comes after a `=`.
    private static func repeatedNames(_ arguments: [String]) -> [String] {
        var seen: Set<Substring> = []
        return arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("-") && $0 != "-" }
            .map { $0.prefix { $0 != "=" } }.filter { !seen.insert($0).inserted }.map(String.init)
    }

    /// The subcommand that the arguments name.
    private static func command(_ arguments: [String], _ help: String) -> Value? {
        guard var command = (try? JSONCoding.value(from: Array(help.utf8)))?["command"] else { return nil }
        for argument in arguments.prefix(while: { !$0.hasPrefix("-") }) {
            let subcommand = items(command["subcommands"]).first { $0["commandName"]?.string == argument }
            guard let subcommand else { break }
            command = subcommand
        }
        return command
    }

    private static func isSingle(_ argument: Value) -> Bool {
        argument["kind"]?.string == "option" && argument["isRepeating"]?.bool == false
    }

    private static func flag(_ name: Value) -> String? {
        name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
    }

    private static func items(_ value: Value?) -> [Value] { value?.list ?? [] }
}
