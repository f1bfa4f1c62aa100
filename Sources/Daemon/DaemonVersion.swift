package enum DaemonVersion {
    package static let text = "0.1.0"
}
