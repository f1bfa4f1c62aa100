/// Where the contents of environment files come from: this module makes no system calls of its own.
package struct EnvironmentFileSource: Sendable {
    package enum Reading: Hashable, Sendable {
        /// Of a file that is larger than the limit, one byte more than that.
        case bytes([UInt8])
        /// There is no such file. In words, with the path.
        case missing(String)
        case unreadable(String)
    }

    /// In bytes.
    package static let largestFile = 1 << 20

    private let read: @Sendable (String) -> Reading

    package init(_ read: @escaping @Sendable (String) -> Reading) { self.read = read }

    package func contents(of path: String) -> Reading { read(path) }

    /// Has no files.
    package static var empty: EnvironmentFileSource {
        EnvironmentFileSource { .missing("open '\($0)': No such file or directory") }
    }
}
