import Foundation

/// A line of the daemon's JSON log, with all its values as text.
struct LogRecord: Sendable {
    let fields: [String: String]

    init?(_ line: Substring) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            return nil
        }
        fields = object.mapValues { "\($0)" }
    }

    var message: String { fields["message"] ?? "" }
    var entry: String { fields["entry"] ?? "" }

    subscript(key: String) -> String? { fields[key] }

    func number(_ key: String) -> Int { fields[key].flatMap { Int($0) } ?? 0 }

    /// Seconds since 1970.
    var time: Double {
        fields["time"].flatMap { text in
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return try? format.parse(text).timeIntervalSince1970
        } ?? 0
    }
}
