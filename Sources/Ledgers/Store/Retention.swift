package import Clocks
package import Model

/// What is kept, and for how long.
package struct Retention: Hashable, Sendable {
    /// Of each job, the newest so many runs that were `ok`, those that were not, and gaps.
    package var runs = 10_000
    package var failures = 1_000
    package var gaps = 10_000
    /// Runs, gaps and incidents that are older go.
    package var age = Self.days(90)
    /// Sums by the hour become sums by the day, and those go in the end, with the names of jobs that are gone.
    package var hours = Self.days(30)
    package var days = Self.days(400)
    package var incidents = 100_000
    /// Past so many bytes the job with the most runs gives its oldest.
    package var bytes: Int64 = 1 << 30
    /// So many of the newest runs of a job, and of those that were not `ok`, are never taken for another's sake.
    package var spared = 100

    package init() {}

    private static let never = Nanoseconds(.max / 2)

    /// The same, but nothing goes by its age.
    package var whateverTheTime: Retention {
        var retention = self
        (retention.age, retention.hours, retention.days) = (Self.never, Self.never, Self.never)
        return retention
    }

    /// That of a job whose entry says so.
    package func of(_ history: RunPolicy.History) -> Retention {
        var retention = self
        retention.runs = history.runs ?? runs
        retention.failures = history.failures ?? failures
        retention.age = age == Self.never ? age : history.age ?? age
        return retention
    }

    package static func days(_ count: Int64) -> Nanoseconds { .seconds(count * 86_400) }

    /// The first hour whose sums stay by the hour: of a whole day.
    package func firstHour(at now: WallInstant) -> Int64 { (now + Nanoseconds(-hours.count)).hour / 24 * 24 }

    package func oldest(at now: WallInstant) -> WallInstant { now + Nanoseconds(-age.count) }

    package func oldestDay(at now: WallInstant) -> WallInstant { now + Nanoseconds(-days.count) }

    /// How many of the oldest runs of a job are too many: of those that were `ok`, and of those that were not.
    package func excess(ok: Int64, bad: Int64) -> (ok: Int64, bad: Int64) {
        (max(0, ok - Int64(runs)), max(0, bad - Int64(failures)))
    }

    /// How many it can give where there is no room.
    package func spare(ok: Int64, bad: Int64) -> (ok: Int64, bad: Int64) {
        (max(0, ok - Int64(spared)), max(0, bad - Int64(spared)))
    }
}
