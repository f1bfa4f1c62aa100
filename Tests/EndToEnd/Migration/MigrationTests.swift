import Glibc
import Kernel
import TestSupport
import Testing

/// Debian's own cron and what is imported of its crontabs, side by side on the same lines.
@Suite("A crontab that is taken over")
struct MigrationTests {
    private static let fetched =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/.build/debian-crontabs"
    private static let longest = 130

    private static func corpus() -> CronCorpus {
        var corpus = CronCorpus()
        corpus.addRandom(LongTests.size(300, long: 3_000), seed: 20_261_129)
        for name in (try? FileSystem.names(in: fetched)) ?? [] {
            if let text = TextFile.read("\(fetched)/\(name)") { corpus.add(text, named: "fetched-\(name)") }
        }
        return corpus
    }

    @Test(
        "runs each line with the same text, shell, directory, variables, user and input as under cron",
        .enabled(if: CronNamespace.isAvailable, CronNamespace.need))
    func comparison() throws {
        let corpus = Self.corpus()
        try Scene.play { scene in
            let both = try CronNamespace(scene, corpus)
            var (ours, theirs) = ([String: CronRecord](), [String: CronRecord]())
            try both.daemon.wait("each line has run on both sides", within: Self.longest) {
                sort(try both.records(), &ours, &theirs)
                return ours.count >= corpus.marks.count && theirs.count >= corpus.marks.count
            }
            try both.end()
            compare(corpus, ours, theirs)
            #expect(corpus.marksOfNone.isDisjoint(with: ours.keys) && corpus.marksOfNone.isDisjoint(with: theirs.keys))
            #expect(both.notes.contains("where the home directory of a user cannot be entered a command begins in /"))
        }
    }

    private func sort(
        _ records: [CronRecord], _ ours: inout [String: CronRecord], _ theirs: inout [String: CronRecord]
    ) {
        for record in records {
            guard let mark = record.mark else { continue }
            if record.isOurs { ours[mark] = record } else { theirs[mark] = record }
        }
    }

    private func compare(_ corpus: CronCorpus, _ ours: [String: CronRecord], _ theirs: [String: CronRecord]) {
        #expect(Set(ours.keys) == corpus.marks)
        #expect(Set(theirs.keys) == corpus.marks)
        var differing: [String] = []
        for mark in corpus.marks.sorted() {
            guard var theirs = theirs[mark], let ours = ours[mark]?.withoutAdditions(like: theirs) else { continue }
            // Where cron stays if it cannot enter the home directory.
            if theirs.directory == "/var/spool/cron" { theirs.directory = "/" }
            if ours != theirs {
                differing.append("\(theirs.arguments): \(ours.differences(to: theirs).joined(separator: "; "))")
            }
        }
        #expect(differing.isEmpty, "\(differing.count): \(differing.prefix(20).joined(separator: "\n"))")
    }
}
