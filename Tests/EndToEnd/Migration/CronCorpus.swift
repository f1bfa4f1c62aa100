import TestSupport

/// Crontabs on which cron and what is imported are compared. Each line runs in each minute, and its command begins with a mark
/// of its own.
struct CronCorpus {
    /// `cron.d/NAME`, `spool/USER`, `crontab`.
    private(set) var files: [(path: String, text: String)] = []
    /// Lines that neither may run.
    private(set) var marksOfNone: Set<String> = []
    private(set) var marks: Set<String> = []
    private(set) var users = Self.usualUsers
    private var count = 0

    /// Who there is in the namespace, with the home directory. The shell is one that runs nothing.
    private static let usualUsers = [
        "www-data": "/run/home/www", "backup": "/run/home/backup", "nohome": "/run/home/none/x",
        "filehome": "/etc/hostname", "emptyhome": "", "closedhome": "/root", "munin": "/run/home/munin",
        "logcheck": "/run/home/logcheck", "amavis": "/run/home/amavis", "list": "/run/home/list",
    ]
    /// Cron leaves their commands in its own directory, and they begin in `/` here: the import says so.
    private static let homeless: Set<String> = ["nohome", "filehome", "emptyhome", "closedhome"]

    init() {
        addCommands()
        addSettings()
        addPackages()
        addIgnored()
    }

    // MARK: Marks

    /// The command with a mark before it.
    private mutating func marked(_ command: String, runs: Bool = true) -> String {
        count += 1
        let mark = "L\(count)"
        if runs { marks.insert(mark) } else { marksOfNone.insert(mark) }
        return "\(mark) \(command)"
    }

    private mutating func line(_ command: String, user: String? = "root", runs: Bool = true) -> String {
        "* * * * * \(user.map { "\($0) " } ?? "")\(marked(command, runs: runs))\n"
    }

    // MARK: What was measured

    private mutating func addCommands() {
        let commands = [
            #"echo a | sed 's/a/\\&/'"#, #"printf '<\%s>' 'a\\b'"#, #"printf '<\%s>' 'a\\\\b'"#,
            #"printf '<\%s>' 'a\\\%b'"#,
            #"printf '<\%s>' \\\\x"#, #"printf '<\%s>' 'a\nb\tc\d'"#, #"cat%in\\put\%x"#, #"cat%one%two\%three\\four%"#,
            #"\\%x"#,
            #"\\\%x%in\\%put\\\%z"#, "%bare", #"trailing\"#, #"cat%a\"#, "cat%", "cat%%b", #"cat%\"#, #"cat%a%\\"#,
            "cat%a%%",
            "trailing blanks  ",
            "tabs\tin\tit\t", "# comment", "a # b", "\"quotes\" 'and' `more` $(so) ${on}", "ü 日本 😀", "cat%ü%\t x ",
            "sleep 100", "a=b c", "2026 echo",
        ]
        var text = ""
        for command in commands { text += line(command) }
        for user in users.keys.sorted() { text += line("pwd", user: user) }
        text += line("flock -n /tmp/l -c 'echo ok'", user: "www-data")
        text += "@reboot www-data \(marked("at boot"))\n  *\t* * * *\twww-data   \(marked("blanks before"))\n"
        files.append(("cron.d/commands", text))
        var own = ""
        for command in commands.prefix(8) { own += line(command, user: nil) }
        files.append(("spool/backup", own))
        files.append(("crontab", "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/bin\n" + line("x")))
    }

    private mutating func addSettings() {
        let settings = [
            "HOME=/tmp", "HOME=/run/home/none/y", "HOME=relative", "HOME=\"\"", "LOGNAME=other", "USER=other", "LANG=C",
            "http_proxy=mine", "MAILTO=\"\"", "MAILTO=ops", "CRON_TZ=Europe/Riga", "TZ=Europe/Riga",
            "SHELL=/run/othershell",
            "PATH=/p", "A=\"q\"", "B='x y'", "C = z w ", "\"D\"=1", " E = \" lead\"", "'F G'=2", "H=$HOME/x",
            "I=a#b # c",
            "J=a=b", "K=a\\nb", "L=\"it's\"", "M='say \"x\"'", "N=ü 日本", "LC_ALL=POSIX", "QUOTED=none", "O=\"a\\\"",
            "P=a'b'", "Q=a\"", "\"R \"=x", "S=\"  \"", "T = a\t ",
        ]
        for (index, setting) in settings.enumerated() {
            let text = "\(setting)\n\(line("s"))" + line("s", user: "www-data")
            files.append(("cron.d/setting-\(index)", text))
        }
        files.append(("spool/www-data", "HOME=/tmp\nA=1\n\(line("u", user: nil))A=2\n\(line("u", user: nil))"))
        var all = ""
        for setting in settings where !setting.hasPrefix("SHELL") {
            all += setting + "\n" + line("all", user: "backup")
        }
        files.append(("cron.d/settings", all))
    }

    /// In the shapes in which packages of Debian have them.
    private mutating func addPackages() {
        let unlessSystemd = "if [ ! -d /run/systemd/system ]; then"
        let shapes = [
            (
                "root",
                "[ -x /etc/init.d/anacron ] && \(unlessSystemd) /usr/sbin/invoke-rc.d anacron start >/dev/null; fi"
            ),
            (
                "root",
                #"test -x /usr/bin/certbot -a \! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew"#
            ),
            ("root", "[ -x /usr/lib/php/sessionclean ] && \(unlessSystemd) /usr/lib/php/sessionclean; fi"),
            (
                "root",
                #"if [ -x /usr/share/mdadm/checkarray ] && [ $(date +\%d) -le 7 ]; then /usr/share/mdadm/checkarray --cron; fi"#
            ),
            ("root", "command -v debian-sa1 > /dev/null && debian-sa1 1 1"),
            ("root", "test -e /run/systemd/system || SERVICE_MODE=1 /sbin/e2scrub_all -A -r"),
            ("logcheck", "if [ -x /usr/sbin/logcheck ]; then nice -n10 /usr/sbin/logcheck; fi"),
            ("munin", "if [ -x /usr/bin/munin-cron ]; then /usr/bin/munin-cron; fi"),
            ("amavis", "test -e /usr/sbin/amavisd-new-cronjob && /usr/sbin/amavisd-new-cronjob sa-sync"),
            ("list", "[ -x /usr/lib/mailman/cron/senddigests ] && /usr/lib/mailman/cron/senddigests"),
            (
                "root",
                #"if [ $(date +\%w) -eq 0 ] && [ -x /usr/lib/zfs-linux/scrub ]; then /usr/lib/zfs-linux/scrub; fi"#
            ),
            ("root", "cd / && run-parts --report /etc/cron.hourly"),
            ("root", "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }"),
        ]
        for (index, (user, command)) in shapes.enumerated() {
            files.append(("cron.d/package_\(index)", "# Of a package.\nMAILTO=root\n\n\(line(command, user: user))"))
        }
    }

    /// What cron does not run, each in a file of its own: for one wrong line it ignores the file.
    private mutating func addIgnored() {
        for name in ["x.dpkg-old", "x.bak", "x~", ".placeholder", "x y"] {
            files.append(("cron.d/\(name)", line("by its name", runs: false)))
        }
        files.append(("cron.d/open", String(line("without a line end", runs: false).dropLast())))
        files.append(("cron.d/unknown", line("of nobody", user: "no-such-user", runs: false)))
        files.append(("cron.d/number", line("of a number", user: "0", runs: false)))
        files.append(("cron.d/mark", "\u{FEFF}" + line("with a mark", runs: false)))
        files.append(("cron.d/fields", "*/10 * * * * * root \(marked("x", runs: false))\n"))
        files.append(("cron.d/value", "A=\"x\" y\n"))
        files.append(("spool/list", "* * * * * * \(marked("x", runs: false))\n"))
    }

    // MARK: What was not

    /// So many lines of characters that mean something to somebody.
    mutating func addRandom(_ count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let users = users.keys.sorted().filter { !Self.homeless.contains($0) } + ["root"]
        for number in 0..<(count / 20) {
            var text = ""
            for _ in 0..<20 {
                if random.chance(3) { text += Self.setting(&random) }
                text += line(Self.text(&random), user: random.pick(users))
            }
            files.append(("cron.d/random-\(number)", text))
        }
    }

    private static let alphabet = Array("abc  '\"\\\\\\%%%:#-&*!|>{}[],?@`=$\té😀09.~<;()").map(String.init)

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<random.below(30)).map { _ in random.pick(alphabet) }.joined()
    }

    private static func setting(_ random: inout SeededGenerator) -> String {
        let name = random.pick(["A", "B_1", "LANG", "PATH", "MAILTO", "USER"])
        if random.chance(3) { return "\(name)=x\(text(&random))\n" }
        let quote = random.pick(["'", "\""])
        let value = text(&random).split(separator: quote).joined()
        return "\(name) = \(quote)\(value)\(quote)\n"
    }

    // MARK: Of packages that were fetched

    /// With each schedule made one of every minute.
    mutating func add(_ crontab: String, named name: String) {
        var text = ""
        for line in crontab.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(maxSplits: 6, whereSeparator: { $0 == " " || $0 == "\t" })
            let isNickname = line.hasPrefix("@")
            let fields = isNickname ? 1 : 5
            guard words.count > fields + 1, isNickname || words[0].allSatisfy({ "0123456789*/,-".contains($0) }) else {
                text += line + "\n"
                continue
            }
            let command = line[words[fields + 1].startIndex...]
            let user = String(words[fields])
            if user != "root", users[user] == nil { users[user] = "/run/home/none" }
            text += "* * * * * \(user) \(marked(String(command)))\n"
        }
        files.append(("cron.d/\(name)", text))
    }
}
