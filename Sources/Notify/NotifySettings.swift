import Clocks
package import Jobs
import Kernel
import Model
import Values

/// The keys of an entry that are for all functions that speak HTTP.
package struct NotifySettings {
    private let context: JobContext

    package init(_ context: JobContext) throws {
        self.context = context
        (caFile, proxy) = (
            context.data["ca_file"] == nil ? nil : try context.path("ca_file"), try Self.text("https_proxy", context)
        )
        maxTime = try Self.maxTime(context)
    }

    private let caFile: String?
    private let proxy: String?
    private let maxTime: Nanoseconds

    /// Of the entry itself.
    func url() throws(JobError) -> String {
        guard let url = try Self.text("url", context) else {
            throw JobError("the entry has no 'url', nor has the event; expected one")
        }
        if let fault = URLText.fault(of: url) { throw JobError("url: \(fault)") }
        return url
    }

    func request(_ url: String) -> Curl.Request {
        var request = Curl.Request(url: url, maxTime: maxTime)
        (request.caFile, request.proxy) = (caFile, proxy)
        return request
    }

    /// A text of the entry, with the values of the variables that it names.
    static func text(_ key: String, _ context: JobContext) throws(JobError) -> String? {
        try context.data[key].map { value throws(JobError) in try filled(value, key) }
    }

    private static func filled(_ value: Value, _ key: String) throws(JobError) -> String {
        guard let text = value.string else { throw JobError("\(key): expected a string, found \(value.phrase)") }
        do throws(VariableText.Failure) {
            return try VariableText.filled(text) { ThisProcess.environment($0) }
        } catch {
            throw JobError("\(key): \(error.message)")
        }
    }

    /// A text, or a list of them.
    static func texts(_ key: String, _ context: JobContext) throws(JobError) -> [String] {
        guard let list = context.data[key]?.list else { return try text(key, context).map { [$0] } ?? [] }
        var texts: [String] = []
        for value in list { texts.append(try filled(value, key)) }
        return texts
    }

    /// More of a request's headers, from a map.
    func headers() throws(JobError) -> [String] {
        let map = context.data["headers"]?.map ?? Value.Map()
        var headers: [String] = []
        for index in 0..<map.count {
            let value = try Self.filled(map.values[index], "headers.\(map.keys[index])")
            headers.append("\(map.keys[index]): \(value)")
        }
        guard headers.allSatisfy({ $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }) else {
            throw JobError("headers: a line end in one of them; expected one line each")
        }
        return headers
    }

    /// How long a request may take.
    static func maxTime(_ context: JobContext) throws(JobError) -> Nanoseconds {
        try duration("max_time", context) ?? .seconds(10)
    }

    private static func duration(_ key: String, _ context: JobContext) throws(JobError) -> Nanoseconds? {
        guard let text = context.data[key]?.string else { return nil }
        do throws(DurationText.Failure) {
            return try DurationText.parse(text, minimum: .milliseconds(1))
        } catch {
            throw JobError("\(key) \"\(text)\" \(error.message)")
        }
    }
}
