import Glibc
import Kernel
import Testing

private let analyze = "/usr/bin/systemd-analyze"

@Suite("The units of systemd", .enabled(if: FileSystem.isExecutable(analyze), "needs systemd-analyze"))
struct PackagingTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// As `make install` puts them, with a program where they say.
    private func install(for version: Int, in scene: Scene) throws -> String {
        for directory in ["system", "user", "sbin"] {
            try FileSystem.createDirectories(scene.path("units/\(directory)"))
        }
        for program in ["cronsupd", "cronweb"] { symlink("/bin/true", scene.path("units/sbin/\(program)")) }
        let units = scene.path("units")
        let finished = try scene.run(
            ["SYSTEMD=\(version)", "\(Self.root)/Packaging/install-units", units, units], program: "/usr/bin/env")
        #expect(finished.status == .exited(code: 0) && finished.errors == "")
        return units
    }

    /// What systemd-analyze(1) has to say of it, but for what this version of systemd does not know.
    private func complaints(_ unit: String, in scene: Scene, _ arguments: [String] = []) throws -> [Substring] {
        let finished = try scene.run(
            ["XDG_RUNTIME_DIR=\(scene.directory)", analyze] + arguments + ["verify", "--man=no", unit],
            program: "/usr/bin/env")
        #expect(finished.status == .exited(code: 0), "\(finished.errors)")
        return finished.errors.split(separator: "\n").filter { line in
            line.contains(scene.directory)
                && !["DelegateSubgroup", "notify-reload", "RestartSteps", "RestartMaxDelaySec"].contains {
                    line.contains($0)
                }
        }
    }

    @Test("may let what jobs have left go on, by an addition that comes with them")
    func leftovers() throws {
        try Scene.play { scene in
            let units = try install(for: 253, in: scene)
            for (kind, arguments) in [("system", []), ("user", ["--user"])] {
                let addition = try #require(TextFile.read("\(Self.root)/Packaging/systemd/leave-leftovers.conf"))
                try TextFile.write(addition, to: "\(units)/\(kind)/cronsupd.service.d/leave-leftovers.conf")
                #expect(try complaints("\(units)/\(kind)/cronsupd.service", in: scene, arguments) == [])
                #expect(addition.contains("\n[Service]\nKillMode=process\n"))
            }
        }
    }

    @Test("are right for any version, and wait for reloads from 253 on", arguments: [252, 253])
    func units(version: Int) throws {
        try Scene.play { scene in
            let units = try install(for: version, in: scene)
            #expect(try complaints("\(units)/system/cronsupd.service", in: scene) == [])
            #expect(try complaints("\(units)/user/cronsupd.service", in: scene, ["--user"]) == [])
            #expect(try complaints("\(units)/system/cronsupd-web.service", in: scene) == [])
            for kind in ["system", "user"] {
                let unit = try #require(TextFile.read("\(units)/\(kind)/cronsupd.service"))
                #expect(unit.contains("\nType=notify\n"))
                // A start that finds errors is tried again, and has something else to run.
                #expect(unit.contains("\nStateDirectory=cronsupd\n") && !unit.contains("RestartPreventExitStatus="))
                // The check comes first, so that a reload of what is wrong fails.
                let reloads = unit.split(separator: "\n").filter { $0.hasPrefix("ExecReload=") }
                #expect(reloads.first == "ExecReload=\(units)/sbin/cronsupd --registry %E/cronsupd --check")
                #expect(reloads.last == "ExecReload=kill -HUP $MAINPID")
                let addition = TextFile.read("\(units)/\(kind)/cronsupd.service.d/notify-reload.conf")
                #expect((addition != nil) == (version >= 253))
                #expect(addition.map { $0.contains("\nType=notify-reload\n") } ?? true)
            }
        }
    }
}
