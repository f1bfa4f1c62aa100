import Kernel

/// The programs under test, which stand beside the tests' own.
enum Binaries {
    static let directory: String = {
        let path = ThisProcess.executablePath ?? ""
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }()

    static let daemon = "\(directory)/cronsupd"
    static let control = "\(directory)/cronsupctl"
    static let web = "\(directory)/cronweb"
    static let ledger = "\(directory)/cronledger"
    static let worker = "\(directory)/cronworker"
    /// Misbehaves on demand.
    static let faultWorker = "\(directory)/faultworker"
    /// Writes down how it was called, in the place of a shell.
    static let shellRecorder = "\(directory)/shellrecorder"
}
