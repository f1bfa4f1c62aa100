package import Jobs
package import Values

/// What a function tells of: the event that it is called with, or, in a run of its own, that it runs.
package struct NotifyEvent {
    package let value: Value

    package init(_ context: JobContext) {
        self.init(
            context.arguments.first
                ?? .map(
                    Value.Map([
                        ("event", .string("success")), ("entry", .string(context.entry.description)),
                        ("run", .int(context.run)), ("message", .string("\(context.entry): run \(context.run)")),
                    ])))
    }

    package init(_ value: Value) { self.value = value }

    package var name: String { value["event"]?.string ?? "" }
    package var entry: String { value["entry"]?.string ?? "" }
    package var host: String { value["host"]?.string ?? "" }
    /// In one line; an event of another caller may have none.
    package var message: String {
        value["message"]?.string
            ?? [entry, name, value["error"]?.string ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    }
    /// What the run has written, without the newline at its end.
    package var output: String? {
        guard var output = value["output"]?.string else { return nil }
        while output.last?.isNewline == true { output.removeLast() }
        return output.isEmpty ? nil : output
    }
}
