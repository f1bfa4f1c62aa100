import Kernel
package import Schedules
import Synchronization
import Values

/// The compiled time zones of this machine (tzfile(5)). What the process's own TZ says is taken for a name and for nothing else.
package final class ZoneDirectory: Sendable {
    private let path: String
    private let zones = Mutex<[String: Result<ZoneSource.Zone, ZoneSource.Failure>]>([:])

    private static let standardPath = "/usr/share/zoneinfo"
    private static let localLink = "/etc/localtime"
    private static let largestFile = 1 << 20
    /// More than there are zones: all other names that are asked for are misspelt.
    private static let mostKept = 1_024

    package init(_ path: String? = nil) {
        self.path = path ?? ThisProcess.environment("TZDIR") ?? Self.standardPath
    }

    /// The rules of this process's zone, or of UTC where they cannot be had.
    package var local: ZoneRules { (try? source.zone(nil).rules) ?? .utc }

    /// Why the rules of this process's zone cannot be had; `nil`: they can.
    package var localFault: String? {
        guard case .failure(let failure) = find(localName) else { return nil }
        let name = PrintableText.escape(localName, limit: 60)
        return "\(ThisProcess.environment("TZ") == nil ? "this machine's zone" : "TZ") '\(name)' \(failure.message)"
    }

    /// Each zone is read once.
    package var source: ZoneSource {
        ZoneSource { [self] name in
            if let name { return find(name) }
            let local = localName
            return find(local).mapError { ZoneSource.Failure("('\(local)') \($0.message)", mayPass: $0.mayPass) }
        }
    }

    /// The files that decide about a zone's rules, whether they are there or not. `nil`: the zone of this machine.
    package func files(of name: String?) -> [String] {
        let own = name ?? localName
        let file = own.hasPrefix("/") ? own : "\(path)/\(own)"
        return name == nil && ThisProcess.environment("TZ") == nil ? [Self.localLink, file] : [file]
    }

    private func find(_ name: String) -> Result<ZoneSource.Zone, ZoneSource.Failure> {
        if let known = zones.withLock({ $0[name] }) { return known }
        let result = Result { () throws(ZoneSource.Failure) in try read(name) }
        zones.withLock { zones in
            if zones.count >= Self.mostKept { zones.removeAll() }
            zones[name] = result
        }
        return result
    }

    private func read(_ name: String) throws(ZoneSource.Failure) -> ZoneSource.Zone {
        let file = name.hasPrefix("/") ? name : "\(path)/\(name)"
        guard Self.isName(name) else { throw unknown(name) }
        if name == "UTC", !FileSystem.exists(file) { return (ZoneName(name: name, file: ""), .utc) }
        do {
            guard let (bytes, _) = try FileSystem.contents(of: file, limit: Self.largestFile) else {
                throw ZoneSource.Failure("is just being written; try again")
            }
            return (ZoneName(name: name, file: file), try ZoneFile.rules(bytes))
        } catch let error as SystemError where error.isNotFound || error.isNoFile {
            throw unknown(name)
        } catch let failure as ZoneFile.Failure {
            throw ZoneSource.Failure("(\(file)) \(failure)")
        } catch let failure as ZoneSource.Failure {
            throw failure
        } catch {
            throw ZoneSource.Failure("cannot be read: \(error)", mayPass: (error as? SystemError)?.mayPass ?? false)
        }
    }

    /// No way out of the directory, but for the machine's own zone.
    private static func isName(_ name: String) -> Bool {
        if name.hasPrefix("/") { return name == localLink }
        // What follows a NUL would never reach the kernel, which would find another file.
        return !name.isEmpty && !name.utf8.contains(0) && !name.split(separator: "/").contains { $0.hasPrefix(".") }
            && name.utf8.count <= 255
    }

    /// All that a job may name.
    package var names: [String] { names("", depth: 0).sorted() }

    private func unknown(_ name: String) -> ZoneSource.Failure {
        let names = self.names("", depth: 0)
        guard !names.isEmpty else {
            return ZoneSource.Failure("is not known, since '\(path)' has no zones; expected the package tzdata")
        }
        let near = Self.nearest(name, names)
        return ZoneSource.Failure("is no time zone of this machine" + (near.isEmpty ? "" : "; did you mean \(near)?"))
    }

    /// The name of a city alone is the most frequent mistake of all.
    private static func nearest(_ name: String, _ names: [String]) -> String {
        var near: [String] = []
        if let slip = NearestName.of(name, among: names) { near.append(slip) }
        let lowered = name.lowercased()
        near += names.filter { $0.lowercased() == lowered || $0.lowercased().hasSuffix("/" + lowered) }
        var seen: Set<String> = []
        return near.filter { seen.insert($0).inserted }.prefix(3).map { "'\($0)'" }.joined(separator: " or ")
    }

    /// All names below `prefix`; the directories `posix` and `right` have the same ones again.
    private func names(_ prefix: String, depth: Int) -> [String] {
        guard depth < 4, let entries = try? FileSystem.names(in: "\(path)/\(prefix)") else { return [] }
        return entries.flatMap { entry -> [String] in
            guard entry.first?.isUppercase == true else { return [] }
            let name = prefix + entry
            let kind = (try? FileSystem.status("\(path)/\(name)"))?.kind
            return kind == .directory ? names(name + "/", depth: depth + 1) : [name]
        }
    }

    /// The zone of this machine, and of this process if TZ names one.
    private var localName: String {
        if let name = ThisProcess.environment("TZ") {
            return localName(ofVariable: name)
        }
        guard FileSystem.exists(Self.localLink) else { return "UTC" }
        guard let target = try? FileSystem.linkTarget(Self.localLink), let range = target.range(of: "zoneinfo/") else {
            return Self.localLink
        }
        return String(target[range.upperBound...])
    }

    /// `Europe/Riga`, `:Europe/Riga`, or the path of the zone's file (tzset(3)).
    private func localName(ofVariable text: String) -> String {
        let name = text.drop { $0 == ":" }
        let directory = "\(path)/"
        if name.hasPrefix(directory) { return String(name.dropFirst(directory.count)) }
        return name.isEmpty ? "UTC" : String(name)
    }
}

extension String {
    /// Where `word` first stands. (The standard library has no search for one string in another.)
    fileprivate func range(of word: String) -> Range<Index>? {
        var start = startIndex
        while start != endIndex {
            if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
