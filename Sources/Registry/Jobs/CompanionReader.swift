import Model
import Values

/// Looks at an entry whose function is one of the program that comes with the daemon: its keys are known, and so is what it needs of the
/// machine. An alert that cannot be sent is found out about before it is needed.
struct CompanionReader {
    private let name: String
    private let process: ProcessSettings
    private let programs: ProgramSource
    private let issues: EntryDiagnostics

    static let sendmail = "/usr/sbin/sendmail"

    /// `name`: of the function.
    init(_ name: String, _ process: ProcessSettings, _ programs: ProgramSource, _ issues: EntryDiagnostics) {
        (self.name, self.process, self.programs, self.issues) = (name, process, programs, issues)
    }

    private static let http = ["ca_file", "https_proxy", "max_time", "url"]
    /// The keys of each function, beside those of all entries.
    static let keys = [
        "email": ["from", "max_time", "sendmail", "to"], "ping": http, "slack": http + ["format"],
        "webhook": http + ["headers", "hmac"],
    ]
    static let allKeys = Set(keys.values.joined()).sorted()
    static let formats = ["slack", "teams"]

    func check() {
        // That there is no such function is found when its program is asked.
        guard let keys = Self.keys[name] else { return }
        checkKeys(keys)
        checkProgram()
    }

    // MARK: Keys

    private func checkKeys(_ keys: [String]) {
        let known = JobKeys.known(of: .swift) + keys
        for key in issues.data.value.map?.keys ?? [] where !known.contains(key) && !KnownKeys.isFree(key) {
            issues.data.unknownKey(key, keys)
        }
        for key in ["ca_file", "from", "hmac", "https_proxy", "sendmail"] where keys.contains(key) {
            if let field = issues.data[key] { _ = text(field) }
        }
        _ = issues.data["max_time"]?.duration()
        if let format = issues.data["format"], keys.contains("format"),
            !Self.formats.contains(format.value.string ?? "")
        {
            _ = format.expected("one of \(Self.formats.joined(separator: ", "))") as String?
        }
        name == "email" ? checkAddresses() : checkURL()
        checkHeaders()
    }

    /// What a ping is about says where it goes.
    private func checkURL() {
        guard let field = issues.data["url"] else {
            if name != "ping" { issues.error("no 'url' in the function '\(name)'; expected where it sends to", at: []) }
            return
        }
        if let url = text(field), let fault = URLText.fault(of: url) { field.error(fault) }
    }

    private func checkAddresses() {
        guard let field = issues.data["to"] else {
            return issues.error("no 'to' in the function 'email'; expected an address, or a list of them", at: [])
        }
        for item in field.items ?? [field] { if text(item) == "" { _ = item.expected("an address") as String? } }
    }

    private func checkHeaders() {
        guard name == "webhook", let field = issues.data["headers"] else { return }
        guard let map = field.value.map else {
            _ = field.expected("a map of texts") as String?
            return
        }
        for key in map.keys { if let value = field[key] { _ = text(value) } }
    }

    /// With the values of the variables in it, which must be there.
    private func text(_ field: EntryField) -> String? {
        guard let text = field.value.string else { return field.expected("a string") }
        do throws(VariableText.Failure) {
            return try VariableText.filled(text, from: process.environment.variables)
        } catch {
            field.error(error.message)
            return nil
        }
    }

    // MARK: The machine

    private func checkProgram() {
        let program = name == "email" ? issues.data["sendmail"]?.value.string ?? Self.sendmail : "curl"
        let path = process.environment.isInherited ? programs.inheritedPath : ProcessSettings.Environment.path
        let own = process.environment.variables.last { $0.name == "PATH" }.map(\.value)
        let search = ProgramSource.Search(path: own ?? path, directory: process.workingDirectory)
        switch programs.program(program, search) {
        case .there: break
        case .missing:
            let place = program.hasPrefix("/") ? "on this machine" : "in PATH (\(search.path ?? "none"))"
            issues.error(
                "the function '\(name)' needs the program \(program), and there is none \(place); expected it to be installed",
                at: ["method"])
        case .unfit(let file):
            issues.error(
                "the function '\(name)' needs \(PrintableText.quote(file)), which is not a file that may be run",
                at: ["method"])
        }
    }
}
