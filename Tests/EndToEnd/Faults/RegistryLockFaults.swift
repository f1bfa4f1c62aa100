import Glibc
import Kernel
import Testing

@Suite("One registry")
struct RegistryLockFaults {
    /// Runs the job `name` ten times a second.
    private func declare(_ scene: Scene, _ name: String = "job", in registry: String? = nil) throws {
        let text = RegistryText.file([JobText(name: name, interval: "100ms")])
        guard let registry else { return try scene.write(text) }
        try FileSystem.createDirectories(registry)
        try TextFile.write(text, to: "\(registry)/new")
        try FileSystem.rename("\(registry)/new", to: "\(registry)/jobs.yaml")
    }

    /// The lock that it says another daemon has.
    @discardableResult
    private func expectRefusal(_ daemon: DaemonProcess, by first: ProcessID) throws -> String {
        #expect(try daemon.waitForExit() == .exited(code: 111))
        let errors = TextFile.read(daemon.errors) ?? ""
        #expect(errors.hasSuffix(".lock' is held by process \(first): another cronsupd runs this registry\n"))
        #expect(errors.split(separator: "\n").count == 1 && daemon.log.records.isEmpty)
        return String(errors.split(separator: "'").dropFirst().first ?? "")
    }

    // MARK: F54

    @Test("has one daemon, whatever the runtime directories are; that one does not notice the others")
    func runtimeDirectories() throws {
        try Scene.play { scene in
            try declare(scene)
            let first = try scene.start()
            try first.wait(for: "TICK")
            let lock = try expectRefusal(try scene.start(runtime: scene.path("another")), by: first.pid)
            #expect(lock.contains("/registry/") && !lock.hasPrefix(scene.directory))
            #expect(TextFile.read(lock) == "\(first.pid)\n")
            try first.wait(for: "TICK", count: first.log.count("TICK") + 3)
            #expect(first.log.count("Worker started") == 1 && first.log.count("Worker exited") == 0)

            // A killed one has no lock any more.
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let third = try scene.start(runtime: scene.path("another"))
            try third.wait(for: "TICK")
            #expect(try third.stop() == .exited(code: 0))
            #expect(!FileSystem.exists(lock))
        }
    }

    @Test(
        "has one daemon under a bind mount too",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func bindMount() throws {
        try Scene.play { scene in
            try declare(scene)
            let first = try scene.start()
            try first.wait(for: "TICK")
            let mounted = scene.path("mounted")
            try FileSystem.createDirectories(mounted)
            let bind = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c"]
            let second = try scene.start(
                registry: mounted, runtime: scene.path("another"),
                wrapper: bind + ["mount --bind \(scene.registry) \(mounted) && exec \"$@\"", "sh"])
            try expectRefusal(second, by: first.pid)
            #expect(try first.stop() == .exited(code: 0))
        }
    }

    @Test("that is a file has one daemon when it was saved by renaming another one, before and after a reload")
    func savedFile() throws {
        try Scene.play { scene in
            try declare(scene)
            let file = "\(scene.registry)/jobs.yaml"
            let first = try scene.start(registry: file)
            try first.wait(for: "TICK")
            try declare(scene, "other")
            try expectRefusal(try scene.start(registry: file, runtime: scene.path("another")), by: first.pid)
            first.reload()
            try first.wait(for: "TICK", entry: "test:other")
            try expectRefusal(try scene.start(registry: file, runtime: scene.path("another")), by: first.pid)
            #expect(try first.stop() == .exited(code: 0))
        }
    }

    @Test("may be locked by whoever may read it: that keeps no daemon from it")
    func foreignLocks() throws {
        try Scene.play { scene in
            try declare(scene)
            let held =
                "exec 8<\(scene.registry) 9<\(scene.registry)/jobs.yaml; "
                + "flock -x 8 && flock -x 9 && echo held; sleep 600"
            let stranger = try ChildProcess(
                ["/bin/sh", "-c", held], environment: scene.environment, output: scene.path("stranger"),
                errors: "/dev/null")
            try wait("the locks are held") { TextFile.read(scene.path("stranger")) == "held\n" }
            let daemon = try scene.start()
            try daemon.wait(for: "TICK")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(try daemon.stop() == .exited(code: 0))
            withExtendedLifetime(stranger) {}
            scene.cage.clear()
        }
    }

    // MARK: F54, a link that is turned

    @Test("behind a link that is turned is that of the daemon that has loaded it, and of no second")
    func turnedLink() throws {
        try Scene.play { scene in
            let (old, new, link) = (scene.path("old"), scene.path("new-release"), scene.path("current"))
            try declare(scene, "old", in: old)
            try declare(scene, "new", in: new)
            func turn(to target: String) throws {
                try #require(symlink(target, link + ".new") == 0)
                try FileSystem.rename(link + ".new", to: link)
            }
            try turn(to: old)
            let first = try scene.start(registry: link)
            try first.wait(for: "TICK", entry: "test:old")
            let other = try scene.start(registry: new, runtime: scene.path("another"))
            try other.wait(for: "TICK", entry: "test:new")

            try turn(to: new)
            first.reload()
            try first.wait(for: "Reload failed")
            let error = first.log.all("Reload failed").first?["error"] ?? ""
            #expect(error.hasSuffix(".lock' is held by process \(other.pid): another cronsupd runs this registry"))
            try first.wait(for: "TICK", count: first.log.count("TICK", entry: "test:old") + 3)
            try expectRefusal(try scene.start(registry: old, runtime: scene.path("third")), by: first.pid)

            #expect(try other.stop() == .exited(code: 0))
            first.reload()
            try first.wait(for: "TICK", entry: "test:new")
            for path in [new, link] {
                try expectRefusal(try scene.start(registry: path, runtime: scene.path("another")), by: first.pid)
            }
            // What it has left is free.
            let next = try scene.start(registry: old, runtime: scene.path("third"))
            try next.wait(for: "TICK", entry: "test:old")
            #expect(try next.stop() == .exited(code: 0))
            #expect(try first.stop() == .exited(code: 0))
        }
    }

    // MARK: F54, without a place for the lock

    @Test(
        "has its daemon also where no lock can be had, which is said",
        .enabled(if: Namespaces.areAvailable, "needs the right to create mount namespaces"))
    func readOnlyPlace() throws {
        try Scene.play { scene in
            try declare(scene)
            let wrapper = Namespaces.withRun("mount -t tmpfs -o ro none /run")
            let daemon = try scene.start(wrapper: wrapper)
            try daemon.wait(for: "TICK")
            let note = try #require(daemon.log.all("Registry lock unavailable").first)
            #expect(note["level"] == "NOTE" && note["error"] == "mkdir '/run/cronsupd': Read-only file system")
            daemon.reload()
            try daemon.wait(for: "Reloaded registry")
            #expect(daemon.log.count("Registry lock unavailable") == 1)
            try expectRefusal(try scene.start(wrapper: wrapper), by: daemon.pid)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
