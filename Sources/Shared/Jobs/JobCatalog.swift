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

    // Not an array of pairs: its type would be made when the program runs, which costs each worker memory.
    private indirect enum Elements: Sendable {
        case none
        case element(name: String, Function, after: Elements)
    }

    private var elements = Elements.none

    /// In the order in which they were written.
    public var names: [String] {
        var (names, rest) = ([String](), elements)
        while case .element(let name, _, let before) = rest {
            names.append(name)
            rest = before
        }
        names.reverse()
        return names
    }

    /// A name may occur once; twice is a trap.
    public init(dictionaryLiteral elements: (String, Function)...) {
        for (name, function) in elements { add(name, function) }
    }

    package init() {}

    private mutating func add(_ name: String, _ function: Function) {
        if self[name] != nil { preconditionFailure("a job function's name occurs twice in the catalog") }
        elements = .element(name: name, function, after: elements)
    }

    /// With one more function. A name that occurs twice is a trap.
    package consuming func with(_ name: String, _ function: Function) -> JobCatalog {
        add(name, function)
        return self
    }

    public subscript(name: String) -> Function? {
        var rest = elements
        while case .element(let other, let function, let before) = rest {
            if other == name { return function }
            rest = before
        }
        return nil
    }
}

/// The functions of `cronworker`. To add one: write it in a file of its own in this directory, and add its line here.
package var standardCatalog: JobCatalog {
    JobCatalog()
        .with("heartbeat", .function(heartbeat))
        .with("cleanup", .function(cleanup))
        .with("report", .function(report))
        .with("backup", .function(backup))
}
