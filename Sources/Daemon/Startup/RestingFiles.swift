import Clocks

/// When files that people write are taken for complete: those of the registry and those that it names.
enum RestingFiles {
    /// One that was written to more recently may be half-written.
    static let quietTime = Nanoseconds.milliseconds(200)
    static let retryInterval = Nanoseconds.milliseconds(50)
    static let patience = Nanoseconds.seconds(10)

    /// To be asked after the files were read. A time of change in the future says that the clock was set back, and nothing of the
    /// files. One so long ago that its age wraps around looks like one.
    static func areQuiet(_ modified: WallInstant, _ now: WallInstant) -> Bool {
        let age = now.nanoseconds &- modified.nanoseconds
        return age < 0 || age >= quietTime.count
    }
}
