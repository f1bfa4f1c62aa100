import Model
import Registry
import Schedules
import Testing
import Values

/// In the place of the registry's own, for all tests here: what it accepts is valid by the schema too.
enum JobEntries {
    typealias Found = Registry.JobEntries.Found

    /// A larger file would keep the tests waiting.
    private static let longestFile = 200_000

    static func definitions(
        in load: RegistryLoad, zones: ZoneSource = .utcOnly, accounts: AccountSource = .rootOnly,
        environmentFiles: EnvironmentFileSource = .empty, controllers: GroupControllers = .none,
        programs: ProgramSource = .unasked, function: EntryID? = nil
    ) -> Found {
        let found = Registry.JobEntries.definitions(
            in: load, zones: zones, accounts: accounts, environmentFiles: environmentFiles, controllers: controllers,
            programs: programs, function: function)
        if load.errors.isEmpty, found.errors.isEmpty { checkSchema(load) }
        return found
    }

    private static func checkSchema(_ load: RegistryLoad) {
        guard let validator = SchemaValidator.shared else { return }
        for file in load.fileValues where JSONCoding.output(file).utf8.count <= longestFile {
            let complaint = validator.complaint(about: file)
            #expect(complaint == "", "the schema refuses \(JSONCoding.output(file).prefix(2_000))")
        }
    }
}
