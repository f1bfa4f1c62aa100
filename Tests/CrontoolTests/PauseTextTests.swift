import Clocks
import Schedules
import Testing
import Values
import Wire

@testable import Crontool

@Suite("What is said of a pause")
struct PauseTextTests {
    private let now = WallInstant(nanoseconds: 1_774_882_800_000_000_000)
    private let job = EntryID("app:job.backup")!

    @Test("names the runs that go on, and the pause whose place it takes")
    func pause() {
        var text = PauseText(.all, now: now, zone: .utc)
        text.take(.running(.init(entry: job, run: 118)))
        var before = JobStatus.Pause()
        (before.scope, before.user, before.note, before.until) = ("--all", 1_000, "new disk", 1_774_886_400_000_000)
        text.take(.replaced(before))
        var done = ControlAnswer.Done()
        (done.count, done.running) = (3, 2)
        #expect(
            text.paused(done, until: nil) == """
                3 jobs are paused until 'resume --all'
                run 118 of 'app:job.backup' goes on to its end
                and 1 more run goes on
                it takes the place of a pause until 2026-03-30T16:00:00+00:00 by uid 1000 (--all): new disk

                """)
        #expect(text.warning(done).isEmpty)
    }

    @Test("says what was not paused, and what stays so")
    func resumed() {
        func text(_ scope: PauseScope, _ count: Int64, _ paused: Int64) -> String {
            var done = ControlAnswer.Done()
            (done.count, done.paused) = (count, paused)
            return PauseText(scope, now: now, zone: .utc).resumed(done)
        }
        #expect(text(.job(job), 0, 0) == "app:job.backup was not paused\n")
        #expect(text(.group("db"), 0, 0) == "no pause of the group 'db' is in force\n")
        #expect(text(.all, 0, 0) == "no pause of all jobs is in force\n")
        #expect(text(.all, 0, 1) == "no pause of all jobs is in force; 1 job stays paused by other pauses\n")
        #expect(text(.all, 2, 1) == "2 jobs are not paused any more\n1 job stays paused by other pauses\n")
    }

    @Test("warns of workers that have not heard of it")
    func warning() {
        var text = PauseText(.all, now: now, zone: .utc)
        text.take(.pausing(.init(entry: job, pid: 812)))
        var done = ControlAnswer.Done()
        done.pausing = 3
        #expect(
            text.warning(done)
                == "a run may begin yet: no answer from the worker of 'app:job.backup' (pid 812) and of 2 more\n")
    }
}
