import Crontabs
import Host
import Model
import Testing

/// What PAM gives to cron's jobs.
@Suite("The login of cron")
struct CronLoginTests {
    private static let service = """
        @include common-auth
        session    required     pam_loginuid.so
        # session  required   pam_env.so envfile=/etc/other
        session\trequired   pam_env.so
        session       required   pam_env.so envfile=/etc/default/locale
        session    required   pam_limits.so

        """

    private func login(_ files: [String: String]) -> CronLogin {
        CronLogin(
            LoginFiles(
                text: { files[$0] },
                names: { directory in
                    files.keys.filter { $0.hasPrefix(directory + "/") }.map {
                        String($0.dropFirst(directory.count + 1))
                    }
                }))
    }

    @Test("names the files of pam_env, in their order, where they mean the same to us")
    func files() {
        let login = login([
            "/etc/pam.d/cron": Self.service, "/etc/default/locale": "LANG=de_DE.UTF-8\nLC_ALL=\"C\"\n",
            "/etc/environment": "# Words\n\nhttp_proxy=http://proxy:3128\nPATH=/a:/b\nQUOTED='a b'  \n",
        ])
        #expect(login.files == ["-/etc/environment", "-/etc/default/locale"])
        #expect(login.variables.isEmpty && login.notes.isEmpty)
        #expect(self.login(["/etc/pam.d/cron": Self.service]).files == login.files)
    }

    @Test("is none where cron has no PAM, or no variables of it")
    func none() {
        #expect(login(["/etc/environment": "A=b # c\n"]) == CronLogin())
        #expect(login(["/etc/pam.d/cron": "session required pam_env.so readenv=0\n"]) == CronLogin())
    }

    @Test(
        "is copied where a file means something else to us, with a note on the place",
        arguments: [
            ("A=b # c", "b", " environment_file reads A in another way"),
            ("A=a#b", "a", " environment_file reads A in"),
            ("export A=1", "1", "1: environment_file refuses it: a shell's 'export'"),
            ("\nA=a\\\\b", "a\\\\b", "2: environment_file refuses it: a backslash"),
            ("A=\"it's\"", "it's", nil), ("A='say \"x\"'", "say \"x\"", nil),
            ("A=\"x", "x", "1: environment_file refuses it"),
            ("A=1\nA=2", "2", nil), ("A = 1\nA=3", "3", "1: environment_file refuses it"),
        ] as [(String, String, String?)])
    func copies(text: String, value: String, note: String?) {
        let login = login([
            "/etc/pam.d/cron": Self.service, "/etc/environment": text, "/etc/default/locale": "LANG=C\n",
        ])
        #expect(login.files.isEmpty == (note != nil))
        #expect(login.notes.count == (note == nil ? 0 : 1))
        guard let note else { return }
        #expect(login.notes.first?.hasPrefix("/etc/environment:\(note)") == true, "\(login.notes)")
        #expect(login.variables == [.init("A", value), .init("LANG", "C")])
    }

    @Test("notes limits, which jobs have in their entries here")
    func limits() {
        let files = [
            "/etc/pam.d/cron": Self.service, "/etc/security/limits.conf": "# nothing\n#* soft core 0\n",
            "/etc/security/limits.d/x.conf": "  * hard nproc 10\n", "/etc/security/limits.d/x.off": "* hard nproc 10\n",
        ]
        #expect(
            login(files).notes == [
                "/etc/security/limits.d/x.conf has limits, which PAM sets for cron's jobs; here an entry has them in `limits`"
            ])
    }
}
