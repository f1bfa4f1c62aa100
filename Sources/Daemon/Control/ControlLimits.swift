import Host

/// How many may be connected to the control socket.
struct ControlLimits {
    /// Those who ask.
    var most = 64
    /// Of these, so many are kept for root and the daemon's own user.
    var kept = 8
    var ofOneUser = 16
    /// Those who wait for a run or a reload: they count apart.
    var waiting = 256
}

enum ControlVersion {
    static var text: String { ProgramVersion.text }
}
