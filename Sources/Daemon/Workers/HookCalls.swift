import Supervision
import Turns
import Values

/// The calls of hooks that have not ended, and of what each tells: a job has told it when the last such call has ended.
struct HookCalls {
    /// What a job tells.
    struct Notice: Hashable {
        let entry: EntryID
        let alert: JobStanding.Alert
        var event = ""
        /// It tells of each run: what is lost is not told again.
        var isPing = false
    }

    /// By the function's entry, then by the call's number there.
    private var notices: [EntryID: [Int64: Notice]] = [:]

    mutating func note(_ notice: Notice?, call: Int64, of function: EntryID) {
        guard let notice else { return }
        notices[function, default: [:]][call] = notice
    }

    /// What this call is about.
    mutating func take(call: Int64, of function: EntryID) -> Notice? {
        guard let notice = notices[function]?.removeValue(forKey: call) else { return nil }
        if notices[function]?.isEmpty == true { notices[function] = nil }
        return notice
    }

    /// This call has ended. One that was made before it, and has not, is lost with the reports of it.
    mutating func takeAll(through call: Int64, of function: EntryID) -> [Notice] {
        let calls = notices[function]?.keys.filter { $0 <= call }.sorted() ?? []
        return calls.compactMap { take(call: $0, of: function) }
    }

    /// Its worker is gone, and with it what that was told.
    mutating func forget(_ function: EntryID) { notices[function] = nil }

    /// Whether another call is to tell the same.
    func include(_ notice: Notice) -> Bool {
        notices.values.contains { $0.values.contains { $0.entry == notice.entry && $0.alert == notice.alert } }
    }

    var isEmpty: Bool { notices.isEmpty }
}

/// A call that the job's successor is to get.
struct WaitingCall {
    /// `nil`: somebody asks for a run.
    var event: String?
    /// It tells that a call has failed.
    var isOfCall = false
    var notice: HookCalls.Notice?
}

/// A call that comes before all jobs are there.
struct EarlyCall {
    let function: EntryID
    let alert: JobStanding.Alert
    let event: Value.Map
    let entry: EntryID
}
