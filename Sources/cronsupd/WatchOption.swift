import Clocks

/// `--watch` has a value only after a `=`, which ArgumentParser knows of no option.
enum WatchOption {
    static let range = Nanoseconds.milliseconds(100)...Nanoseconds.seconds(3_600)
    private static let name = "--watch"
    private static let usual = "2s"

    /// The arguments, with the value that is left out.
    static func completed(_ arguments: [String]) -> [String] {
        let options = arguments.prefix { $0 != "--" }
        return options.map { $0 == name ? "\(name)=\(usual)" : $0 } + arguments[options.endIndex...]
    }
}
