package import Model
import Values

extension Entry {
    static let jobType = "cron.job"

    /// A search for the type finds it.
    package var isJob: Bool {
        switch meta["type"] {
        case .string(let type): type == Self.jobType
        case .list(let types): types.contains(.string(Self.jobType))
        default: false
        }
    }
}
