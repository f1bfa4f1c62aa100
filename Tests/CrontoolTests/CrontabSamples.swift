import Crontabs
import Host
import Model
import Registry
import Testing

@testable import Crontool

/// A machine with users of its own, imported on by `me`. `mail` is a user and a program.
func host(login: CronLogin = CronLogin(), current: UInt32 = 1000) -> CrontabHost {
    let homes = [
        ("root", "/root"), ("ada", "/home/ada"), ("me", "/home/me"), ("www-data", "/var/www"), ("mail", "/var/mail"),
        ("backup", "/var/backups"), ("bare", ""), ("slash", "/"),
    ]
    let users = homes.enumerated().map { index, user in
        let number = user.0 == "root" ? 0 : user.0 == "me" ? 1000 : UInt32(index + 2000)
        return AccountSource.User(
            name: user.0, number: number, group: number, groups: [number], home: user.1, shell: "/usr/sbin/nologin")
    }
    let accounts = AccountSource(
        current: current, user: { key in users.first { $0.name == key || String($0.number) == key } },
        group: { key in users.first { $0.name == key }?.number })
    return CrontabHost(accounts: accounts, zones: zones, login: login) { name, path in
        ["echo", "mail", "sh"].contains(name) && path.contains("/bin")
    }
}

func importing(_ files: [CrontabFile], login: CronLogin = CronLogin()) -> CrontabImport {
    CrontabImport(files, host: host(login: login))
}

func importing(_ text: String, path: String = "tab", isSystem: Bool = false, owner: String? = nil) -> CrontabImport {
    importing([CrontabFile(path: path, bytes: Array(text.utf8), isSystem: isSystem, owner: owner)])
}

/// The file that `cronsupctl import` prints.
func registry(of result: CrontabImport, namespace: String = "crontab") -> String {
    var text = RegistryText(
        namespace: namespace, head: CronDifferences.head(["tab"], CronDifferences.lines(of: result)))
    text.add(result.items)
    return text.text
}

/// The entries that our own loader finds in what is made of a crontab.
func imported(_ text: String, path: String = "tab", isSystem: Bool = false, owner: String? = nil) throws -> [Entry] {
    let result = importing(text, path: path, isSystem: isSystem, owner: owner)
    try #require(result.errors.isEmpty, "\(result.errors)")
    return try entries(of: result)
}

func entries(of result: CrontabImport) throws -> [Entry] {
    let text = registry(of: result)
    let load = RegistrySnapshot.load([RegistryFile(path: "registry.yaml", bytes: Array(text.utf8), isNamed: true)])
    return try #require(load.snapshot, "\(load.errors.map(\.rendered))\n\(text)").entries
}
