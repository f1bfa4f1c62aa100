import Clocks
import Model
import Schedules

/// What settings mean to cron and cannot mean here, or only in another way.
enum CrontabSettingRules {
    /// That of a key in a registry.
    private static let longestName = 512

    /// Why the setting cannot be taken; `nil`: it can.
    static func problem(with setting: CrontabSetting, _ zones: ZoneSource) -> String? {
        let size = setting.name.utf8.count
        if size > longestName { return "name of \(size) bytes; expected at most \(longestName)" }
        switch setting.name {
        case "CRON_TZ" where !setting.value.isEmpty: return problem(withZone: setting.value, zones)
        case "SHELL" where !setting.value.isEmpty && !setting.value.hasPrefix("/"):
            return "SHELL: '\(setting.value)' is no absolute path; expected one such as /bin/bash"
        case _ where ReservedVariables.all.contains(setting.name):
            return "\(setting.name) is cronsupd's own; expected another name"
        case _ where setting.name.utf8.contains(UInt8(ascii: "=")):
            return "'\(setting.name)' has a '='; expected the name of a variable, without one"
        default: return nil
        }
    }

    private static func problem(withZone name: String, _ zones: ZoneSource) -> String? {
        do throws(ZoneSource.Failure) {
            _ = try zones.zone(name)
            return nil
        } catch {
            return "CRON_TZ: '\(name)' \(error.message)"
        }
    }

    /// What the setting does not do here; `nil`: it is as under cron.
    static func difference(of setting: CrontabSetting) -> String? {
        if setting.value.isEmpty { return nil }
        let reason: String
        switch setting.name {
        case "MAILTO", "MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING": reason = "cronsupd sends no mail"
        case "RANDOM_DELAY", "START_HOURS_RANGE": reason = "meta.jitter delays runs at random"
        case "LOGNAME": reason = "it follows from the user"
        case "CRON_TZ":
            return
                "CRON_TZ=\(setting.value) is the time zone of the lines below, as in cronie; Debian's cron ignores it and goes by "
                + "the zone of the machine"
        default: return nil
        }
        return "\(setting.name)=\(setting.value) is not supported: \(reason)"
    }
}
