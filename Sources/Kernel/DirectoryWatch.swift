internal import Glibc

/// Tells that something on the way to one of several files is not what it was (inotify(7)), and for whom that was looked at.
package final class DirectoryWatch {
    package let descriptor: Descriptor
    private var groups: [Group: WatchedWays] = [:]

    /// Who looks at something.
    package struct Group: Hashable, Sendable {
        private let number: Int

        package init(_ number: Int) { self.number = number }
    }

    package struct News: Hashable, Sendable {
        package var groups: Set<Group> = []
        /// The kernel had more to tell than it keeps, so that any may be among what is lost.
        package var isIncomplete = false

        package init() {}
    }

    package static let mostLinks = 40
    /// So many events are taken at once: more may come all the time.
    private static let mostReads = 64

    package init() throws(SystemError) {
        descriptor = Descriptor(
            owning: try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) })
    }

    /// Looks for `group` at each directory in which a part of the paths stands, at these parts and at what becomes of itself, and at
    /// no other from now on. One that is missing is left out. `whole`: directories of which all counts, but for names that begin
    /// with a dot. `isWriting`: also at what is being written.
    @discardableResult
    package func watch(
        _ files: [String], whole directories: [String] = [], isWriting: Bool = false, for group: Group
    ) -> WatchedWays {
        var ways = WatchedWays(self, adding: isWriting ? UInt32(IN_MODIFY) : 0)
        for file in files { ways.add(wayTo: file) }
        for directory in directories { ways.add(whole: directory) }
        let old = groups.updateValue(ways, forKey: group)
        let used = groups.values.reduce(into: Set()) { $0.formUnion($1.numbers) }
        // One that is gone has no watch any more, and the call fails.
        for number in (old?.numbers ?? []).subtracting(used) { inotify_rm_watch(descriptor.raw, number) }
        return ways
    }

    /// Looks at what becomes of a file as well, until it is gone. One that is watched already is no error.
    package func add(file path: String) { _ = try? add(path, 0) }

    func add(_ path: String, _ more: UInt32) throws(SystemError) -> Int32 {
        let events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
        // What another group looks at stays.
        let mask = UInt32(events) | UInt32(IN_MASK_ADD) | more
        let raw = descriptor.raw
        return try systemCall("inotify_add_watch", path) {
            unsafe withPath(path) { unsafe inotify_add_watch(raw, $0, mask) }
        }
    }

    // MARK: News

    /// What has come so far.
    package func take() -> News {
        var news = News()
        unsafe withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
            for _ in 0..<Self.mostReads {
                guard case .bytes(let count)? = unsafe try? descriptor.read(into: buffer) else { return }
                unsafe read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), into: &news)
            }
        }
        return news
    }

    /// Each event is the number of the watch, what has happened, a number for renames, and a name of some length (inotify(7)).
    private func read(_ bytes: UnsafeRawBufferPointer, into news: inout News) {
        let head = 16
        var place = 0
        while place + head <= bytes.count {
            let number = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)
            let event = unsafe bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
            let length = unsafe Int(bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
            let end = min(place + head + length, bytes.count)
            let name = unsafe Array(bytes[(place + head)..<end].prefix { $0 != 0 })
            note(number, event, name, in: &news)
            place = end
        }
    }

    private func note(_ number: Int32, _ event: UInt32, _ name: [UInt8], in news: inout News) {
        if event & UInt32(IN_Q_OVERFLOW) != 0 { news.isIncomplete = true }
        // It comes for each watch that was removed.
        guard event & UInt32(IN_IGNORED) == 0 else { return }
        for (group, ways) in groups where ways.count(number, name) { news.groups.insert(group) }
    }
}
