/// The job functions that a worker has, by the name that an entry gives as its `method`: at most 128 bytes, and no line
/// ends. The daemon refuses a program whose catalog is empty.
public struct JobCatalog: Sendable, ExpressibleByDictionaryLiteral {
    public enum Function: Sendable {
        /// Runs on the worker's main thread, which does nothing else until it returns.
        case function(@Sendable (JobContext) throws -> JobResult)
        /// Runs on the concurrency runtime's threads. The worker goes on answering the daemon meanwhile.
        /// It must not wait for the main actor, whose thread is the worker's own: such a run never ends.
        case asyncFunction(@Sendable (JobContext) async throws -> JobResult)
    }

    private let elements: [(name: String, function: Function)]

    /// In the order in which they were written.
    public var names: [String] { elements.map { $0.name } }

    /// A name may occur once; twice is a trap.
    public init(dictionaryLiteral elements: (String, Function)...) {
        self.elements = elements
        for (name, _) in elements {
            var count = 0
            for element in elements where element.0 == name { count += 1 }
            precondition(count == 1, "a job function's name occurs twice in the catalog")
        }
    }

    public subscript(name: String) -> Function? {
        for element in elements where element.name == name { return element.function }
        return nil
    }
}

/// The functions of `cronworker`. To add one: write it in a file of its own in this directory, and add its line here.
package var standardCatalog: JobCatalog {
    [
        "heartbeat": .function(heartbeat),
        "cleanup": .function(cleanup),
        "report": .function(report),
        "backup": .function(backup),
    ]
}
