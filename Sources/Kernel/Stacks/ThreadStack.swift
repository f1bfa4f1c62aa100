/// Where a thread of another process was, when it was looked at.
package struct ThreadStack: Hashable, Sendable {
    package let id: ProcessID
    /// What /proc says of it, which needs no help of the process.
    package var facts: ThreadFacts
    /// The calls of the program, the innermost first; none if they could not be found.
    package var frames: [Frame] = []
    /// Why there are no frames, or not all.
    package var gap: String?

    package struct Frame: Hashable, Sendable {
        /// The last part of its file's path; `nil`: in no file.
        package var module: String?
        /// Within the file, as addr2line(1) takes it; without a file the address itself.
        package var address: UInt64
        /// As it stands in the file's table, mangled.
        package var symbol: String?
        /// Of its file; 0: in no file.
        var inode = UInt64(0)
    }
}
