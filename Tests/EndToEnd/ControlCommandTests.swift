import Kernel
import Testing

@Suite("cronsupctl")
struct ControlCommandTests {
    private func run(_ scene: Scene, _ arguments: [String]) throws -> Scene.Finished {
        try scene.run(arguments, program: Binaries.control)
    }

    /// `script` finds the program as `$0`.
    private func shell(_ scene: Scene, _ script: String) throws -> Scene.Finished {
        try scene.run(["-c", script, Binaries.control], program: "/bin/sh")
    }

    @Test("ends with 0 when it is done, and says nothing on the standard error")
    func done() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one")])
            for arguments in [
                ["next", "* * * * *"], ["next", "@reboot", "--json"], ["explain", "* * * * *"], ["--version"],
                ["--help"],
                ["registry", "find", "meta.type=cron.job", "--registry", scene.registry],
                ["registry", "get", "test:one", "--json", "--registry", scene.registry],
                ["--generate-completion-script", "bash"],
            ] {
                let finished = try run(scene, arguments)
                #expect(finished.status == .exited(code: 0), "\(arguments)")
                #expect(!finished.output.isEmpty && finished.errors.isEmpty, "\(arguments): \(finished.errors)")
            }
        }
    }

    @Test("takes the local zone from TZ, and names it if there is none such")
    func localZone() throws {
        try Scene.play { scene in
            for zone in ["Asia/Kolkata", ":Asia/Kolkata", "/usr/share/zoneinfo/Asia/Kolkata"] {
                let finished = try shell(
                    scene, "TZ=\(zone) exec \"$0\" next '0 0 * * *' --count 1 --from 2026-01-01T00:00:00Z")
                #expect(finished.output == "Fri  2026-01-02T00:00:00+05:30  2026-01-01T18:30:00Z\n", "\(zone)")
            }
            let wrong = try shell(scene, "TZ=Asia/Kolkatta exec \"$0\" next '0 0 * * *'")
            #expect(
                wrong.errors == "cronsupctl: timezone: that of this machine ('Asia/Kolkatta') is no time zone of this "
                    + "machine; did you mean 'Asia/Kolkata'?\n")
        }
    }

    @Test("ends with 100 for what the user can mend, and says what")
    func wrong() throws {
        try Scene.play { scene in
            try scene.write("namespace: [")
            for arguments in [
                ["next", "61 * * * *"], ["next", "* * * * *", "--timezone", "Nowhere"], ["next"], ["explain", "x"],
                ["next", "* * * * *", "--count", "0"], ["import", scene.path("none")],
                ["import", "--namespace", "a b", "-"], ["next", "* * * * *", "--count", "1", "--count", "2"],
                ["registry", "find", "--registry", "a", "--registry", "b"],
                ["registry", "find", "--registry", scene.registry],
                ["registry", "find", "--registry", scene.path("none")],
                ["nothing"], ["registry"], ["run"],
            ] {
                let finished = try run(scene, arguments)
                #expect(finished.status == .exited(code: 100), "\(arguments)")
                #expect(finished.output.isEmpty && !finished.errors.isEmpty, "\(arguments): \(finished.output)")
            }
        }
    }

    @Test("ends with 1 where a registry has nothing of that sort")
    func nothingFound() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one")])
            for arguments in [["find", ".kind=none"], ["get", "test:two"]] {
                let finished = try run(scene, ["registry"] + arguments + ["--registry", scene.registry])
                #expect(finished.status == .exited(code: 1))
                #expect(finished.output.isEmpty && finished.errors.isEmpty)
            }
        }
    }

    @Test("ends with 111 if what it says cannot be written")
    func fullDisk() throws {
        try Scene.play { scene in
            let finished = try shell(scene, "\"$0\" explain '* * * * *' > /dev/full")
            #expect(finished.status == .exited(code: 111))
            #expect(finished.errors.hasPrefix("cronsupctl: write 'standard output': No space left on device"))
        }
    }

    @Test("answers each line before the next one comes")
    func lines() throws {
        try Scene.play { scene in
            let finished = try shell(
                scene,
                """
                cd '\(scene.directory)' && mkfifo questions answers
                "$0" next - --timezone UTC --from 2026-01-01T00:00:00Z --count 1 < questions > answers &
                exec 3> questions 4< answers
                for hour in 1 2; do
                    echo "0 $hour * * *" >&3
                    read -r answer <&4
                    echo "$answer"
                done
                printf 'bad' >&3
                exec 3>&-
                cat <&4
                wait $!
                """)
            #expect(finished.status == .exited(code: 0))
            #expect(
                finished.output == """
                    {"next":["2026-01-01T01:00:00Z"]}
                    {"next":["2026-01-01T02:00:00Z"]}
                    {"error":"schedule: has 1 field; expected 5: minute, hour, day of month, month, day of week"}

                    """)
        }
    }

    @Test("imports from the standard input, and prints nothing if a line is wrong")
    func importing() throws {
        try Scene.play { scene in
            let right = try shell(scene, "echo '@daily /bin/true' | \"$0\" import - --namespace old")
            #expect(right.status == .exited(code: 0))
            try scene.write(right.output)
            let found = try run(scene, ["registry", "get", "old:true", "--registry", scene.registry])
            #expect(found.status == .exited(code: 0), "\(right.output)")
            let wrong = try shell(scene, "printf '@daily a\\n* * x\\n@dayly b\\n' | \"$0\" import -")
            #expect(wrong.status == .exited(code: 100))
            #expect(wrong.output.isEmpty)
            #expect(wrong.errors.split(separator: "\n").map { $0.prefix(6) } == ["-:2:1:", "-:3:1:"])
        }
    }
}
