import Testing

@testable import Crontool

@Suite("The percent signs of a command")
struct CrontabCommandTests {
    @Test(
        "end it, and end the lines of its standard input",
        arguments: [
            ("date", "date", nil), ("mail a%Hello%there", "mail a", "Hello\nthere\n"), ("cat%a%", "cat", "a\n"),
            ("cat%", "cat", nil), ("cat%%b", "cat", "\nb\n"), ("%a", "", "a\n"),
        ] as [(String, String, String?)])
    func parts(text: String, command: String, input: String?) {
        #expect(CrontabCommand(text).command == command)
        #expect(CrontabCommand(text).standardInput == input)
    }

    @Test(
        "are plain after a backslash, and every other backslash stays",
        arguments: [
            (#"date +\%F"#, "date +%F", nil), (#"a\nb \\ "\$x""#, #"a\nb \\ "\$x""#, nil),
            (#"a\\%b"#, #"a\\"#, "b\n"), (#"cat%50\%\n"#, "cat", "50%\\n\n"), (#"cat%a\"#, "cat", "a\\\n"),
            (#"cat%a\\%b"#, "cat", "a\\%b\n"),
        ] as [(String, String, String?)])
    func escapes(text: String, command: String, input: String?) {
        #expect(CrontabCommand(text).command == command)
        #expect(CrontabCommand(text).standardInput == input)
    }
}

@Suite("A setting in a crontab")
struct CrontabSettingTests {
    @Test(
        "is a name, an equals sign and a value, each of which may stand in quotes",
        arguments: [
            ("A=b", "A", "b"), ("A = b c ", "A", "b c"), ("  A\t=\t b", "A", "b"), ("A=\" b \" ", "A", " b "),
            ("A='\"'", "A", "\""), ("'A b'=c", "A b", "c"), ("A=", "A", ""), ("A=b=c", "A", "b=c"),
            ("A=$B/c#d", "A", "$B/c#d"), ("A=b\"c\"", "A", "b\"c\""),
        ])
    func settings(line: String, name: String, value: String) {
        let setting = CrontabSetting(line)
        #expect(setting?.name == name)
        #expect(setting?.value == value)
    }

    @Test(
        "is nothing else", arguments: ["A", "A b=c", "=b", "* * * * * a=b", "A='b", "A='b' c", "''=a", "@daily A=b c"])
    func others(line: String) {
        #expect(CrontabSetting(line) == nil)
    }
}

@Suite("The name of an imported entry")
struct EntryNamerTests {
    @Test(
        "is that of the program that matters",
        arguments: [
            ("/usr/local/bin/backup.sh --all", "backup"), ("certbot -q renew", "certbot"),
            ("cd /srv && ./run.py", "run"), ("[ -x /a ] && /b/c", "c"), ("(cd /srv; make)", "make"),
            ("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", "run-parts"),
            ("A=1 B=2 nice -n 10 sudo tar czf x", "tar"), ("python3 /opt/report.py", "report"),
            ("sh -c 'x'", "sh"), ("cd /", "cd"), ("\"/opt/my tool\"", "my"), ("  ", "job"), ("%%", "job"),
            ("/opt/v1.2/a.b.c", "a-b-c"), ("größe", "gr----e"), ("./-x-", "x"),
        ])
    func names(command: String, name: String) {
        var namer = EntryNamer()
        #expect(namer.name(for: command) == name)
    }

    @Test("is a new one each time, whatever its case")
    func unique() {
        var namer = EntryNamer()
        #expect(["a", "a-2", "A", "a", "b"].map { namer.name(for: $0) } == ["a", "a-2", "A-3", "a-4", "b"])
    }
}
