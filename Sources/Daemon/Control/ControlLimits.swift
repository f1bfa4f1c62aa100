import Host
import Links

/// How many may be connected to the control socket. Those who wait are those for a run or a reload.
typealias ControlLimits = ConnectionLimits

enum ControlVersion {
    static var text: String { ProgramVersion.text }
}
