import Glibc
import Kernel
import Testing

/// A mount namespace with a cron of its own: spool, `/etc/cron.d`, users, PAM, and a `/bin/sh` that writes down how it was
/// called. Beside cron a daemon runs what was imported there.
struct CronNamespace {
    static let cron = "/usr/sbin/cron"
    static let need: Comment = "needs cron (package cron), root, and the right to make namespaces"
    static let isAvailable =
        geteuid() == 0 && FileSystem.isExecutable(cron) && Namespaces.areAvailable && shell == "/usr/bin/dash"
        && FileSystem.exists("/etc/pam.d/cron")
    private static let shell = (try? FileSystem.realPath("/bin/sh")) ?? ""

    private let scene: Scene
    let daemon: DaemonProcess

    var notes: String { TextFile.read(scene.path("notes")) ?? "" }

    /// Starts both.
    init(_ scene: Scene, _ corpus: CronCorpus) throws {
        self.scene = scene
        for directory in ["etc/cron.d", "etc/spool", "recorded"] {
            try FileSystem.createDirectories(scene.path(directory))
        }
        chmod(scene.directory, 0o755)
        chmod(scene.path("recorded"), 0o1777)
        for (path, text) in corpus.files {
            try TextFile.write(text, to: scene.path("etc/\(path)"))
            chmod(scene.path("etc/\(path)"), path.hasPrefix("spool") ? 0o600 : 0o644)
        }
        try Self.writeAccounts(corpus.users, scene)
        try TextFile.write(Self.script(scene), to: scene.path("setup"))
        daemon = try scene.start(
            worker: Binaries.worker,
            wrapper: Namespaces.newProcessNamespace + ["--mount", "/bin/bash", scene.path("setup")])
    }

    func end() throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    /// All that was written down so far.
    func records() throws -> [CronRecord] {
        try FileSystem.names(in: scene.path("recorded")).filter { $0.hasSuffix(".record") }.compactMap {
            TextFile.bytes(scene.path("recorded/\($0)")).flatMap(CronRecord.init)
        }
    }

    // MARK: Files

    private static func writeAccounts(_ accounts: [String: String], _ scene: Scene) throws {
        var (users, groups) = ("root:x:0:0:root:/root:/bin/bash\n", "root:x:0:\nextra:x:5000:backup,munin\n")
        for (index, user) in accounts.sorted(by: { $0.key < $1.key }).enumerated() {
            let number = 4_000 + index
            users += "\(user.key):x:\(number):\(number)::\(user.value):/usr/sbin/nologin\n"
            groups += "\(user.key):x:\(number):\n"
        }
        try TextFile.write(users, to: scene.path("etc/passwd"))
        try TextFile.write(groups, to: scene.path("etc/group"))
        try TextFile.write(environment, to: scene.path("etc/environment"))
        try TextFile.write("LANG=de_DE.UTF-8\nLC_ALL=\"C.UTF-8\"\n", to: scene.path("etc/locale"))
        try TextFile.write(pam, to: scene.path("etc/pam"))
        for name in ["passwd", "group", "environment", "locale", "pam"] { chmod(scene.path("etc/\(name)"), 0o644) }
    }

    private static let environment = """
        http_proxy=http://proxy:3128
        PATH=/opt/env:/usr/bin:/bin
        QUOTED="a b"
        SINGLE='c d'
        LANG=overruled

        """

    /// As Debian has it, without what containers refuse.
    private static let pam = """
        auth required pam_permit.so
        account required pam_permit.so
        # Reads /etc/environment.
        session       required   pam_env.so
        session       required   pam_env.so envfile=/etc/default/locale
        session required pam_permit.so

        """

    /// Takes a command, which is the daemon's, and runs it beside cron.
    private static func script(_ scene: Scene) -> String {
        let etc = scene.path("etc")
        return """
            set -e
            mount -t tmpfs none /run
            mkdir -p /run/recorded /run/home/{www,backup,munin,logcheck,amavis,list}
            chmod 755 /run /run/home
            mount --bind \(scene.path("recorded")) /run/recorded
            mount --bind \(etc)/cron.d /etc/cron.d
            for name in passwd group environment; do mount --bind \(etc)/$name /etc/$name; done
            touch /etc/crontab /etc/default/locale
            mount --bind \(etc)/crontab /etc/crontab
            mount --bind \(etc)/locale /etc/default/locale
            mount --bind \(etc)/pam /etc/pam.d/cron
            mount -t tmpfs none /var/spool/cron
            mkdir -m 1730 /var/spool/cron/crontabs
            for file in \(etc)/spool/*; do
                user=${file##*/}
                cp $file /var/spool/cron/crontabs/$user
                chown $user /var/spool/cron/crontabs/$user
                chmod 600 /var/spool/cron/crontabs/$user
            done
            for user in www backup munin logcheck amavis list; do chmod 755 /run/home/$user; done
            cp \(Binaries.shellRecorder) /run/othershell
            chmod 755 /run/othershell
            mount --bind /run/othershell \(shell)
            umask 022
            \(Binaries.control) import --keep-going /etc/crontab /etc/cron.d /var/spool/cron/crontabs \
                >\(scene.registry)/crontab.yaml 2>\(scene.path("notes")) || [ $? -eq 1 ]
            \(cron) -f &
            "$@" &
            wait
            """
    }
}
