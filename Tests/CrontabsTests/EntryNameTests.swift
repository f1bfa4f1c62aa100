import Testing
import Values

@testable import Crontabs

@Suite("The program that a command is named after")
struct CommandNameTests {
    @Test(
        "is the one that matters",
        arguments: [
            ("/usr/local/bin/backup.sh --all", "backup"), ("certbot -q renew", "certbot"),
            ("cd /srv && ./run.py", "run"), ("[ -x /a ] && /b/c", "c"), ("(cd /srv; make)", "make"),
            ("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", "run-parts"),
            ("A=1 B=2 nice -n 10 sudo tar czf x", "tar"), ("python3 /opt/report.py", "report"),
            ("sh -c 'x'", "sh"), ("cd /", "cd"), ("\"/opt/my tool\"", "my-tool"), ("  ", "job"), ("%%", "job"),
            ("/opt/v1.2/a.b.c", "a-b-c"), ("größe", "gr----e"), ("./-x-", "x"),
            (
                #"test -x /usr/bin/certbot -a \! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew"#,
                "certbot"
            ),
            ("sleep 15 2>/dev/null", "sleep"), ("sleep 15 && wget -q http://x/?a=b >/dev/null 2>&1", "wget"),
            ("> /tmp/log date", "date"), ("command -v debian-sa1 > /dev/null && debian-sa1 1 1", "debian-sa1"),
            ("flock -n /tmp/l -c 'echo ok'", "echo-ok"), ("flock -n /tmp/l rsync -a", "rsync"),
            ("timeout 5m curl x", "curl"), ("7z a x", "7z"), ("a|b", "a"), ("", "job"), (";;", "job"),
        ])
    func names(command: String, name: String) {
        #expect(CommandName.of(command) == name)
    }
}

@Suite("The name of an imported entry")
struct EntryNamerTests {
    private func names(_ lines: [String], schedule: String = "* * * * *", files: [String] = []) -> [String] {
        EntryNamer.names(
            of: lines.enumerated().map { index, line in
                ImportedEntry(
                    place: SourceLocation(file: "tab", line: 1, column: 1),
                    base: files.isEmpty ? CommandName.of(line) : files[index],
                    command: CrontabCommand(line), shell: "/bin/sh",
                    user: nil,
                    surroundings: .init(home: nil, files: [], variables: []), schedule: schedule, zone: nil, comment: []
                )
            })
    }

    @Test(
        "is that of its program where it is the only one, and ends with four letters of the line's hash where it is not"
    )
    func letters() {
        let two = names(["tar a", "cat", "tar b"])
        #expect(two[1] == "cat")
        #expect(two[0].hasPrefix("tar-") && two[0].utf8.count == 8 && two[2].hasPrefix("tar-") && two[0] != two[2])
        #expect(names(["tar a", "tar b"], schedule: "@daily") != [two[0], two[2]])
    }

    @Test("stays when lines come and go, whatever their order")
    func stable() {
        let lines = (0..<40).map { "tar \($0)" }
        let all = Dictionary(uniqueKeysWithValues: zip(lines, names(lines)))
        #expect(Set(all.values).count == 40)
        let rest = lines.reversed().filter { !$0.hasSuffix("7") }
        #expect(names(rest) == rest.map { all[$0] })
    }

    @Test("is a new one each time, whatever its case, and lines that are the same have a number")
    func unique() {
        let same = names(["a", "a", "A", "b"])
        #expect(same[3] == "b" && Set(same.map { $0.lowercased() }).count == 4)
        #expect(same[1] == same[0] + "-2")
        let files = names(["x", "x"], files: ["Php", "php"])
        #expect(files[0].hasPrefix("Php-") && files[1] == "php" + files[0].dropFirst(3) + "-2", "\(files)")
        // What one line gets may be what another one is called.
        let taken = names(["a x", "a y"])
        let clash = names(["a x", "a y", taken[0]])
        #expect(Set(clash).count == 3)
    }

    @Test("is found for 20,000 equal lines, and for as many different ones")
    func many() {
        #expect(Set(names(Array(repeating: "tar x", count: 20_000))).count == 20_000)
        #expect(Set(names((0..<20_000).map { "tar \($0)" })).count == 20_000)
    }
}
