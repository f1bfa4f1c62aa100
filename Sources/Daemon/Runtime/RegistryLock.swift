import Host
import Kernel
import Logging

/// Keeps a second daemon of the same registry out that has another runtime directory. The lock's file is in a place of the user's
/// that no option names, and not in the registry: whoever may read that could hold the lock.
package final class RegistryLock {
    private let place: String
    private var hold: Hold?
    /// Why the lock cannot be had.
    private var trouble: SystemError?
    private var isTroubleKnown = false
    private var isLossKnown = false

    /// The lock of one registry. Its file goes with it.
    final class Hold {
        fileprivate let site: RegistrySite
        fileprivate let lock: DaemonLock

        fileprivate init(_ site: RegistrySite, _ lock: DaemonLock) { (self.site, self.lock) = (site, lock) }

        deinit { lock.remove() }
    }

    /// Fails if another daemon has it. Where the place cannot be written to, there is none.
    package init(_ site: RegistrySite, in place: String? = nil) throws(RuntimeFailure) {
        self.place = place ?? RuntimePlace.ofUser
        hold = try take(site)
    }

    /// The process that runs this registry, as it says; `nil`: none does that this user may know of.
    package static func holder(of registry: String) throws -> String? {
        let reading = try RegistryReader.readPatiently(registry)
        guard let site = try RegistrySite.find(registry, reading) else { return nil }
        let path = "\(RuntimePlace.ofUser)/registry/\(site.key).lock"
        return FileLock.isHeld(path) ? FileLock.note(in: path) ?? "(unknown)" : nil
    }

    /// The file, if there is one.
    var path: String? { hold?.lock.path }

    /// Takes the lock of a registry that is to come into force, in addition to that of the one in force. `nil`: it cannot be had.
    func take(_ site: RegistrySite) throws(RuntimeFailure) -> Hold? {
        if let hold, hold.site.key == site.key, hold.lock.isStillThere { return hold }
        do throws(RuntimeFailure) {
            return Hold(site, try lock(site))
        } catch {
            guard case .unusable(let trouble) = error else { throw error }
            self.trouble = trouble
            return nil
        }
    }

    /// Lets go of the one before.
    func adopt(_ hold: Hold?) { self.hold = hold }

    private func lock(_ site: RegistrySite) throws(RuntimeFailure) -> DaemonLock {
        try DaemonLock.take("\(site.key).lock") { () throws(SystemError) in
            try PrivateDirectory.open(place).directory("registry")
        }
    }

    /// Takes the lock anew if its file is gone. `nil`: it is not, or that it cannot be taken is known.
    func restore() -> LockLoss? {
        guard let hold, !hold.lock.isStillThere else { return nil }
        do throws(RuntimeFailure) {
            self.hold = Hold(hold.site, try lock(hold.site))
            isLossKnown = false
            return .restored(path: hold.lock.path)
        } catch {
            defer { isLossKnown = true }
            return isLossKnown ? nil : .lasting(path: hold.lock.path, error)
        }
    }

    /// Says once that there is none.
    func report(to log: CronLog) {
        guard hold == nil, let trouble, !isTroubleKnown else { return }
        isTroubleKnown = true
        log.write(.notice, "Registry lock unavailable", ["error": .text(trouble.description)])
    }
}
