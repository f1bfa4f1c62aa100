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
        maxTime = try Self.duration("max_time", context) ?? .seconds(10)
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
        guard let value = context.data[key] else { return nil }
        guard let text = value.string else { throw JobError("\(key): expected a string, found \(value.phrase)") }
        do throws(VariableText.Failure) {
            return try VariableText.filled(text) { ThisProcess.environment($0) }
        } catch {
            throw JobError("\(key): \(error.message)")
        }
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
