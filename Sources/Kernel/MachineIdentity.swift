internal import Glibc

/// Which machine this is.
package enum MachineIdentity {
    private static let file = "/etc/machine-id"
    private static let longest = 256

    /// The same text as long as it is installed (machine-id(5)); empty where there is none, as in many containers.
    package static var name: String {
        guard let found = try? FileSystem.contents(of: file, limit: longest) else { return "" }
        return String(String(decoding: found.bytes, as: UTF8.self).prefix { !$0.isWhitespace })
    }

    /// Those that are at work.
    package static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
