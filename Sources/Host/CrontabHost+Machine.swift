package import Crontabs
import Kernel
import Model

extension CrontabHost {
    /// This machine, as it is when it is asked.
    package static var machine: CrontabHost {
        CrontabHost(accounts: .host, zones: ZoneDirectory().source, login: CronLogin(.machine)) { name, path in
            if case .found(let program) = ProgramSearch.find(name, path: path, directory: "/") {
                return FileSystem.isExecutable(program)
            }
            return false
        }
    }
}

/// The files that say what PAM does for cron's jobs.
package struct LoginFiles: Sendable {
    /// The text of a file; `nil` if there is none.
    package let text: @Sendable (_ path: String) -> String?
    package let names: @Sendable (_ directory: String) -> [String]

    package init(
        text: @escaping @Sendable (_ path: String) -> String?,
        names: @escaping @Sendable (_ directory: String) -> [String]
    ) {
        (self.text, self.names) = (text, names)
    }

    private static let largest = 1 << 20

    package static var machine: LoginFiles {
        LoginFiles(
            text: { path in
                guard let (bytes, _) = try? FileSystem.contents(of: path, limit: largest) else { return nil }
                return String(decoding: bytes, as: UTF8.self)
            }, names: { (try? FileSystem.names(in: $0)) ?? [] })
    }
}
