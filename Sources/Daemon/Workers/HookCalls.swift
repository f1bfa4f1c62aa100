import Supervision
import Turns
import Values

/// The calls of hooks that have not ended, and of what each tells: a job has told it when the call has ended, and not before.
struct HookCalls {
    /// What a job tells.
    struct Notice: Hashable {
        let entry: EntryID
        let alert: JobStanding.Alert
    }

    /// By the function's entry, then by the call's number there.
    private var notices: [EntryID: [Int64: Notice]] = [:]

    mutating func note(_ notice: Notice?, call: Int64, of function: EntryID) {
        guard let notice, !notice.alert.isEmpty else { return }
        notices[function, default: [:]][call] = notice
    }

    mutating func take(call: Int64, of function: EntryID) -> Notice? {
        guard let notice = notices[function]?.removeValue(forKey: call) else { return nil }
        if notices[function]?.isEmpty == true { notices[function] = nil }
        return notice
    }
}

/// A call that the job's successor is to get.
struct WaitingCall {
    /// `nil`: somebody asks for a run.
    var event: String?
    var notice: HookCalls.Notice?
}
