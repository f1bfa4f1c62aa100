package import Crontabs

/// Where the crontabs come from that entries of the kind `cron.crontab` name: this module makes no system calls of its own.
package struct CrontabFileSource: Sendable {
    package struct Request: Hashable, Sendable {
        /// Of a file or a directory.
        package let path: String
        /// `nil`: it follows from the path.
        package let isSystem: Bool?
        package let owner: String?

        package init(path: String, isSystem: Bool?, owner: String?) {
            (self.path, self.isSystem, self.owner) = (path, isSystem, owner)
        }
    }

    package struct Reading: Sendable {
        package let files: [CrontabFile]
        /// Which files were ignored, and why.
        package let notes: [String]
        /// A cron daemon that reads them too, in words.
        package let cron: String?

        package init(files: [CrontabFile], notes: [String] = [], cron: String? = nil) {
            (self.files, self.notes, self.cron) = (files, notes, cron)
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package typealias Read = @Sendable (Request, CrontabHost) -> Result<Reading, Failure>

    let host: @Sendable () -> CrontabHost
    /// A cron daemon that reads the same files is an error, and not only a note.
    let refusesCron: Bool
    package let read: Read

    package init(host: @escaping @Sendable () -> CrontabHost, refusesCron: Bool, read: @escaping Read) {
        (self.host, self.refusesCron, self.read) = (host, refusesCron, read)
    }
}
