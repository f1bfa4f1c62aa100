import Clocks
import Registry
import Shared
import Testing

@Suite("The policy of a job's runs")
struct PolicyTests {
    private func policy(_ rest: String) throws -> RunPolicy {
        let found = JobEntries.definitions(in: load(job(rest: "method: m, \(rest)")))
        try #require(found.errors == [])
        return try #require(found.jobs.first).policy
    }

    @Test("is to wait for each run, and to skip what comes due meanwhile")
    func defaults() throws {
        let policy = try policy("args: []")
        #expect(policy.timeout == nil && policy.overlap == .skip && policy.killAfter == .seconds(5))
    }

    @Test("may bound them")
    func keys() throws {
        let policy = try policy("timeout: 30s, kill_after: 250ms, overlap: queue")
        #expect(policy.timeout == .seconds(30) && policy.killAfter == .milliseconds(250) && policy.overlap == .queue)
        #expect(try self.policy("overlap: replace, kill_after: 1s").overlap == .replace)
    }

    @Test(
        "is refused where it makes no sense, at its place",
        arguments: [
            ("timeout: 5", "timeout \"5\" has no unit after 5; expected one of d, h, m, s, ms, us, as in 5s"),
            ("timeout: 0s", "timeout \"0s\" is zero; expected a duration above zero such as 10s"),
            ("timeout: 10us", "timeout \"10us\" is too short; expected at least 1ms"),
            ("timeout: [1s]", "timeout: expected a duration such as \"10s\", found a list"),
            ("overlap: both", "overlap: expected one of skip, queue, replace, found the string 'both'"),
            ("overlap: true", "overlap: expected one of skip, queue, replace, found the boolean true"),
            (
                "kill_after: 1s",
                "kill_after: nothing ends a run of this job; expected timeout or overlap: replace with it"
            ),
            (
                "kill_after: 1s, overlap: queue",
                "kill_after: nothing ends a run of this job; expected timeout or overlap: replace with it"
            ),
            ("timeot: 1s", "unknown key 'timeot'; did you mean 'timeout'?"),
            ("overlaps: skip", "unknown key 'overlaps'; did you mean 'overlap'?"),
            ("timeout: 1s, kill_afer: 1s", "unknown key 'kill_afer'; did you mean 'kill_after'?"),
        ])
    func refusals(rest: String, message: String) throws {
        #expect(try jobMessages(job(rest: "method: m, \(rest)")) == [message])
    }

    @Test("is part of the job: a change of it is a change of the job")
    func identity() throws {
        let texts = ["args: []", "timeout: 1s", "timeout: 2s", "overlap: queue", "timeout: 1s, kill_after: 1s"]
        let jobs = texts.compactMap { JobEntries.definitions(in: load(job(rest: "method: m, \($0)"))).jobs.first }
        for (index, job) in jobs.enumerated() {
            for (other, another) in jobs.enumerated() { #expect(job.isSameJob(as: another) == (index == other)) }
        }
    }
}
