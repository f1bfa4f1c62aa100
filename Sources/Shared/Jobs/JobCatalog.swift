/// The job functions that a worker has, by the name that an entry gives as its `method`.
package struct JobCatalog: Sendable, ExpressibleByDictionaryLiteral {
    package enum Function: Sendable {
        /// Runs on the worker's main thread.
        case function(@Sendable (JobContext) throws -> JobResult)
        /// Runs on the concurrency runtime's threads.
        case asyncFunction(@Sendable (JobContext) async throws -> JobResult)
    }

    /// In the order in which they were written.
    package let names: [String]
    private let functions: [Function]

    /// A name may occur once.
    package init(dictionaryLiteral elements: (String, Function)...) {
        names = elements.map(\.0)
        functions = elements.map(\.1)
        precondition(Set(names).count == names.count, "a job function's name occurs twice in the catalog")
    }

    package subscript(name: String) -> Function? {
        names.firstIndex(of: name).map { functions[$0] }
    }
}

/// The functions of `cronworker`. To add one: write it in a file of its own beside this one, and add its line here.
package let standardCatalog: JobCatalog = [
    "heartbeat": .function(heartbeat),
    "cleanup": .function(cleanup),
    "report": .function(report),
    "backup": .function(backup),
]
