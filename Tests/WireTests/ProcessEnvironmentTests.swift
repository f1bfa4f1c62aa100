import Model
import Testing
import Values
import Wire

@Suite("The surroundings of a job's process")
struct ProcessEnvironmentTests {
    private func settings(_ change: (inout ProcessSettings) -> Void) -> ProcessSettings {
        var settings = ProcessSettings()
        change(&settings)
        return settings
    }

    @Test("come through the messages of a definition as they are, whatever is in them")
    func wire() throws {
        let long = String(repeating: "é\n\"\\", count: 20_000)
        let many = (0..<1_024).map { ExecCommand.Variable("NAME_\($0)", "\($0)") }
        let rows: [ProcessSettings] = [
            settings { $0.workingDirectory = "a b/ü" },
            settings { ($0.workingDirectory, $0.isDirectoryOptional) = ("-a", true) },
            settings { $0.environment.isInherited = false },
            settings { $0.environment.variables = [.init("A", "1"), .init("GONE", nil), .init("EMPTY", "")] },
            settings { $0.environment.variables = [.init("KEY", "line one\nline two\u{1}"), .init("LONG", long)] },
            settings { $0.environment.variables = many },
            settings {
                $0.identity = .init(
                    user: 1, group: 2, supplementaryGroups: [], environment: [.init("HOME", "/of/the/login")])
                $0.environment.variables = [.init("HOME", "/of/the/entry")]
                $0.environment.isInherited = false
                $0.workingDirectory = "/srv"
            },
        ]
        for row in rows {
            var definition = SeededGeneratorSample.definition
            definition.process = row.map
            let map = try #require(try assemble(definition.encoded())).process
            #expect(ProcessSettings(map) == row)
        }
    }

    @Test("are not guessed where a message is damaged")
    func damage() {
        let map = settings { $0.environment.variables = [.init("A", "1")] }.map
        for (key, value) in [
            ("variables", .string("A=1")), ("variables", .map(.init([("A", .int(1))]))), ("variables", .map(.init())),
            ("environment_inherit", .bool(true)), ("environment_inherit", .string("false")),
            ("working_directory", .null), ("environment", .map(.init([("A", .string("1"))]))),
        ] as [(String, Value)] {
            var damaged = map
            damaged[key] = value
            #expect(ProcessSettings(damaged) == nil, "\(key): \(value)")
        }
    }
}
