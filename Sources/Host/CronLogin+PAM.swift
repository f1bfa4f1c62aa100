import Clocks
package import Crontabs
import Model
import Registry

extension CronLogin {
    private static let service = "/etc/pam.d/cron"
    private static let limits = "/etc/security/limits"
    private static let standardFile = "/etc/environment"

    /// What the service `cron` of PAM says. None, if there is no such service: then cron does not use PAM.
    package init(_ files: LoginFiles) {
        self.init()
        let lines = (files.text(Self.service) ?? "").split(whereSeparator: \.isNewline).map {
            $0.split { $0 == " " || $0 == "\t" }
        }
        let modules = lines.filter { $0.first?.hasPrefix("#") == false }
        let paths = modules.compactMap(Self.environmentFile)
        readEnvironment(paths, files)
        if modules.contains(where: { $0.contains("pam_limits.so") }) { noteLimits(files) }
    }

    /// Of a line for pam_env(8).
    private static func environmentFile(_ words: [Substring]) -> String? {
        guard words.contains("pam_env.so"), !words.contains("readenv=0") else { return nil }
        return words.first { $0.hasPrefix("envfile=") }.map { String($0.dropFirst("envfile=".count)) } ?? standardFile
    }

    /// They go into `environment_file` if it reads all of them as pam_env(8) does; else what they say is copied.
    private mutating func readEnvironment(_ paths: [String], _ files: LoginFiles) {
        var (differing, copied) = ([String](), [ExecCommand.Variable]())
        for path in paths {
            let text = files.text(path) ?? ""
            let variables = PAMEnvironment.variables(in: text)
            copied = copied.filter { old in !variables.contains { $0.name == old.name } } + variables
            if let difference = PAMEnvironment.difference(variables, text) { differing.append("\(path):\(difference)") }
        }
        guard !differing.isEmpty else {
            self.files = paths.map { "-\($0)" }
            return
        }
        self.variables = copied
        notes += differing.map {
            "\($0); so the variables that PAM gives to cron's jobs are copied here as they are now, and do not follow a change of "
                + paths.joined(separator: " and ")
        }
    }

    private mutating func noteLimits(_ files: LoginFiles) {
        let more = files.names("\(Self.limits).d").filter { $0.hasSuffix(".conf") }.map { "\(Self.limits).d/\($0)" }
        for path in ["\(Self.limits).conf"] + more.sorted() {
            let lines = (files.text(path) ?? "").split(whereSeparator: \.isNewline)
            guard lines.contains(where: { $0.first { $0 != " " && $0 != "\t" } != "#" && $0.contains { $0.isLetter } })
            else {
                continue
            }
            notes.append("\(path) has limits, which PAM sets for cron's jobs; here an entry has them in `limits`")
        }
    }
}

/// A file as pam_env(8) reads it.
enum PAMEnvironment {
    static func variables(in text: String) -> [ExecCommand.Variable] {
        var variables: [ExecCommand.Variable] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let variable = variable(line) else { continue }
            variables.removeAll { $0.name == variable.name }
            variables.append(variable)
        }
        return variables
    }

    /// `export` may stand before the name; a `#` begins a comment anywhere; quotes are taken off at both ends.
    private static func variable(_ line: Substring) -> ExecCommand.Variable? {
        var text = line.drop { $0 == " " || $0 == "\t" }
        if text.hasPrefix("export ") { text = text.dropFirst(7) }
        text = text.prefix { $0 != "#" }
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        // Blanks at the end are kept by some versions of pam_env(8) and not by others.
        let (name, value) = (text[..<sign], CrontabText.withoutBlanksAtEnd(text[text.index(after: sign)...]))
        guard name.utf8.allSatisfy(ASCII.isWord), !ReservedVariables.all.contains(String(name)) else { return nil }
        return .init(String(name), unquoted(value))
    }

    private static func unquoted(_ value: String) -> String {
        guard let first = value.first, first == "\"" || first == "'" else { return value }
        let rest = value.dropFirst()
        return String(rest.last == "\"" || rest.last == "'" ? rest.dropLast() : rest)
    }

    /// Where and how `environment_file` reads it in another way; `nil`: it does not.
    static func difference(_ variables: [ExecCommand.Variable], _ text: String) -> String? {
        var parser = EnvironmentFileParser(Array(text.utf8))
        parser.read()
        if let fault = parser.faults.first {
            let line = text.utf8.prefix(fault.offset).count { $0 == UInt8(ascii: "\n") } + 1
            return "\(line): environment_file refuses it: \(fault.message)"
        }
        let other = variables.first { variable in !parser.variables.contains { isSame($0, variable) } }
        guard let name = other?.name ?? (parser.variables.count > variables.count ? "a variable" : nil) else {
            return nil
        }
        return " environment_file reads \(name) in another way than pam_env(8)"
    }

    private static func isSame(_ one: ExecCommand.Variable, _ other: ExecCommand.Variable) -> Bool {
        let values = [one, other].map { CrontabText.withoutBlanksAtEnd($0.value ?? "") }
        return one.name == other.name && values[0] == values[1]
    }
}
