import Jobs
import Synchronization
import Testing
import Values

@Suite("The catalog")
struct JobCatalogTests {
    @Test("has the functions of the worker, by name and in the order in which they were written")
    func standard() throws {
        #expect(standardCatalog.names == ["heartbeat", "cleanup", "report", "backup"])
        #expect(standardCatalog["heartbeat"] != nil)
        #expect(standardCatalog["Heartbeat"] == nil && standardCatalog[""] == nil)
    }

    @Test("has each name once")
    func duplicates() async {
        await #expect(processExitsWith: .failure) {
            let catalog: JobCatalog = [
                "a": .function { _ in "1" }, "b": .function { _ in "2" }, "a": .function { _ in "3" },
            ]
            print(catalog.names)
        }
        await #expect(processExitsWith: .success) {
            let catalog: JobCatalog = ["a": .function { _ in "1" }, "b": .function { _ in "2" }]
            #expect(catalog.names == ["a", "b"])
        }
    }
}

@Suite("The jobs")
struct JobTests {
    private func run(_ name: String) throws -> String {
        guard case .function(let function)? = standardCatalog[name] else { return "no function '\(name)'" }
        return try function(context()).text
    }

    @Test("'heartbeat' says that all is well")
    func heartbeat() throws {
        #expect(try run("heartbeat") == "ok")
    }

    @Test("'report' tells the use of the machine in percent")
    func report() throws {
        for _ in 0..<3 {
            let text = try run("report")
            let numbers = text.split { !"-0123456789".contains($0) }.compactMap { Int($0) }
            #expect(text == "cpu=\(numbers.first ?? -1)% mem=\(numbers.last ?? -1)%")
            #expect(numbers.count == 2 && numbers.allSatisfy { (0...100).contains($0) })
        }
    }
}

@Suite("What a job is told")
struct JobContextTests {
    @Test(
        "has paths relative to the registry file",
        arguments: [
            ("files", "/registry/files"), ("/var/tmp", "/var/tmp"), ("../x", "/registry/../x"), (".", "/registry/."),
        ])
    func path(text: String, path: String) throws {
        #expect(try context([("key", .string(text))], directory: "/registry").path("key") == path)
    }

    @Test("has no path where the entry has none", arguments: [nil, .string(""), .int(5), .null, .list([])] as [Value?])
    func noPath(value: Value?) {
        let context = context(value.map { [("key", $0)] } ?? [])
        #expect(throws: JobError("the entry has no 'key'; expected a path")) { try context.path("key") }
    }

    @Test("comes with a logger")
    func logger() {
        let lines = Mutex<[String]>([])
        let logger = JobLogger { level, message, fields in
            lines.withLock { $0.append("\(level) \(message) \(fields.map { "\($0.key)=\($0.value)" })") }
        }
        logger.debug("a")
        logger.info("b", ["z": "1", "a": "2", "z": "3"])
        logger.warning("c")
        logger.error("d")
        let expected = ["debug a []", #"info b ["z=1", "a=2", "z=3"]"#, "warning c []", "error d []"]
        #expect(lines.withLock { $0 } == expected)
    }
}
