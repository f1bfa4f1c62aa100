import Glibc
import Kernel
import Testing

@Suite("An imported crontab")
struct ImportRunTests {
    private static let systemCrontab = "/etc/crontab"
    private static let user = String(cString: getpwuid(geteuid()).pointee.pw_name)

    /// In the shape of Debian's.
    private func crontab(_ user: String, _ scene: Scene) -> String {
        """
        # /etc/crontab: system-wide crontab
        SHELL=/bin/sh
        # You can also override PATH, but by default, newer versions inherit it from the environment
        PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin
        PLACE="old town"

        # Example of job definition:
        # .---------------- minute (0 - 59)
        # |  .------------- hour (0 - 23)
        # *  *  *  *  * user-name command to be executed
        17 *	* * *	\(user)	cd / && run-parts --report /etc/cron.hourly
        25 6	* * *	\(user)	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
        47 6	* * 7	\(user)	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
        @reboot	\(user)	echo "booted in $PLACE, $0"
        @every 1s	\(user)	cat%first line%second line with 100\\%
        #
        """
    }

    private func importing(_ path: String, _ scene: Scene) throws {
        let imported = try scene.run(["import", "--system", path], program: Binaries.control)
        #expect(imported.status == .exited(code: 0), "\(imported.errors)")
        try scene.write(imported.output, in: "crontab.yaml")
    }

    @Test("is a registry that is accepted, and runs")
    func runs() throws {
        try Scene.play { scene in
            try TextFile.write(crontab(Self.user, scene), to: scene.path("crontab"))
            try importing(scene.path("crontab"), scene)
            let table = try scene.check(["--wide"])
            #expect(table.status == .exited(code: 0), "\(table.errors)")
            #expect(table.output.hasSuffix("\n5 jobs\n"), "\(table.output)")
            #expect(table.output.contains("function.exec"))

            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait("both kinds have run") {
                let results = Set(daemon.log.all("TICK").compactMap { $0["result"] })
                return results.isSuperset(of: ["booted in old town, /bin/sh", "second line with 100%"])
            }
            #expect(daemon.log.all("Job output").contains { $0["text"] == "first line" })
            #expect(daemon.log.count("TICK FAILED") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("of a user that there is not is refused, at the place of the name, or left out")
    func another() throws {
        try Scene.play { scene in
            try TextFile.write("@hourly nobody-else echo\n@daily root true\n", to: scene.path("crontab"))
            let arguments = ["import", "--system", scene.path("crontab")]
            let refused = try scene.run(arguments, program: Binaries.control)
            #expect(refused.status == .exited(code: 100) && refused.output.isEmpty)
            let error = ":1:9: no user 'nobody-else' on this machine; expected one in the sixth column\n"
            #expect(refused.errors.hasSuffix(error), "\(refused.errors)")
            let partial = try scene.run(arguments + ["--keep-going"], program: Binaries.control)
            #expect(partial.status == .exited(code: 1))
            try scene.write(partial.output, in: "crontab.yaml")
            let finished = try scene.check()
            #expect(finished.status == .exited(code: 0) && finished.output.hasSuffix("\n1 job\n"), "\(finished)")
        }
    }

    @Test("can be held against the registry that was made of it", .enabled(if: geteuid() == 0, "needs root"))
    func diff() throws {
        try Scene.play { scene in
            let path = scene.path("crontab")
            try TextFile.write(crontab("root", scene), to: path)
            try importing(path, scene)
            let arguments = ["import", "--system", "--diff", path, "--registry", scene.registry]
            let same = try scene.run(arguments, program: Binaries.control)
            #expect(same.status == .exited(code: 0) && same.output.isEmpty, "\(same)")
            try TextFile.write(crontab("root", scene) + "\n5 5 * * * root true\n", to: path)
            let other = try scene.run(arguments, program: Binaries.control)
            #expect(other.status == .exited(code: 1), "\(other)")
            #expect(other.output.hasPrefix("\(path):17: no enabled job of the registry runs this command"), "\(other)")
        }
    }

    @Test("is found in a directory, where cron would find it, and its format by its absolute path")
    func directory() throws {
        try Scene.play { scene in
            let directory = scene.path("cron.d")
            try FileSystem.createDirectories("\(directory)/below")
            for (name, text) in [
                ("fine", "@daily root true\n"), ("x.dpkg-old", "@daily root old\n"), ("x~", "@daily root old\n"),
                (".placeholder", "# none\n"), ("open", "@daily root old"),
            ] { try TextFile.write(text, to: "\(directory)/\(name)") }
            let found = try scene.run(["import", "--system", directory], program: Binaries.control)
            #expect(found.status == .exited(code: 0), "\(found.errors)")
            #expect(found.output.contains("- name: fine\n") && !found.output.contains("command: old"))
            for name in ["x.dpkg-old", "x~", ".placeholder", "open", "below"] {
                #expect(found.errors.contains("note: \(directory)/\(name): ignored, as by cron: "), "\(name)")
            }
            let all = try scene.run(["import", "--system", "--all", directory], program: Binaries.control)
            #expect(
                all.status == .exited(code: 0)
                    && all.output.split(separator: "\n").count { $0 == "    command: old" } == 3)
            // What is ignored by its name is not read.
            try TextFile.write(String(repeating: "#", count: 5 << 20), to: "\(directory)/big.bak")
            #expect(
                try scene.run(["import", "--system", directory], program: Binaries.control).status == .exited(code: 0))
            // Of several files only those without a column have the user that is named.
            try TextFile.write("@daily mine\n", to: scene.path("mine"))
            let users = try scene.run(
                ["import", "--user", "nobody", "/etc/crontab", scene.path("mine")], program: Binaries.control)
            if FileSystem.exists("/etc/crontab") {
                #expect(users.output.contains("user: nobody") && users.output.contains("user: root"), "\(users.errors)")
            }
            let one = try scene.run(["import", "--system", "\(directory)/x~"], program: Binaries.control)
            #expect(one.output.contains("entries: []"))
        }
    }

    @Test(
        "may be the machine's own",
        .enabled(if: geteuid() == 0 && TextFile.bytes(systemCrontab) != nil, "needs a system crontab, and to be root"))
    func real() throws {
        try Scene.play { scene in
            try importing(Self.systemCrontab, scene)
            let table = try scene.check(["--wide"])
            #expect(table.status == .exited(code: 0), "\(table.errors)")
        }
    }
}
