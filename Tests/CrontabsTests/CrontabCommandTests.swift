import Testing

@testable import Crontabs

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

    /// What Debian's cron 3.0pl1-162 gave to its shell, and to the standard input.
    @Test(
        "and its backslashes are read as by Debian's cron",
        arguments: [
            (#"echo a | sed 's/a/\\&/'"#, #"echo a | sed 's/a/\&/'"#, nil),
            (#"printf '<\%s>' 'a\\b'"#, #"printf '<%s>' 'a\b'"#, nil),
            (#"printf '<\%s>' 'a\\\\b'"#, #"printf '<%s>' 'a\\b'"#, nil),
            (#"printf '<\%s>' 'a\\\%b'"#, #"printf '<%s>' 'a\%b'"#, nil), (#"\\%x"#, #"\"#, "x\n"),
            (#"\\\%x%in\\%put\\\%z"#, #"\%x"#, #"in\%put\\%z"# + "\n"), (#"%bare"#, "", "bare\n"),
            (#"a\nb\ \\\\"#, #"a\nb\ \\"#, nil), (#"trailing\"#, #"trailing\"#, nil), (#"cat%a\"#, "cat", "a\\\n"),
            (#"cat%\"#, "cat", "\\"), (#"cat%a%\\"#, "cat", "a\n\\\\"), (#"cat%%%\"#, "cat", "\n\n\\"),
            ("cat%a%%", "cat", "a\n\n"), ("w  blanks  ", "w  blanks  ", nil),
            (#"cat%in\\put\%x"#, "cat", #"in\\put%x"# + "\n"),
            (#"cat%one%two\%three\\four%"#, "cat", "one\n" + #"two%three\\four"# + "\n"),
        ] as [(String, String, String?)])
    func debian(text: String, command: String, input: String?) {
        #expect(CrontabCommand(text).command == command)
        #expect(CrontabCommand(text).standardInput == input)
    }

    @Test(
        "are plain after a backslash, and every other backslash stays",
        arguments: [
            (#"date +\%F"#, "date +%F", nil), (#"a\nb \\ "\$x""#, #"a\nb \ "\$x""#, nil),
            (#"a\\%b"#, #"a\"#, "b\n"), (#"cat%50\%\n"#, "cat", "50%\\n\n"), (#"cat%a\"#, "cat", "a\\\n"),
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
            ("A=b", "A", "b"), ("A = b c ", "A", "b c"), ("  A\t=\t b", "A", "b"), ("A=\" b \" ", "A", " b"),
            ("A='b \t'", "A", "b"), ("A=\"  \"", "A", ""),
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
