internal import CLinux
internal import Glibc

/// A control group of version 2, which is a directory (cgroups(7)).
package struct ControlGroup: Hashable, Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package func child(_ name: String) -> ControlGroup { ControlGroup("\(path)/\(name)") }

    package var name: Substring { path.split(separator: "/").last ?? "" }

    /// `nil` for one that has none above it.
    package var parent: ControlGroup? {
        path.lastIndex(of: "/").flatMap { $0 == path.startIndex ? nil : ControlGroup(String(path[..<$0])) }
    }

    // MARK: The directory

    /// Fails with EEXIST if there is one.
    package func create() throws(SystemError) { try FileSystem.createDirectory(path, in: AT_FDCWD, path, 0o755) }

    /// Fails with EBUSY as long as there is a process in it, or a group below it. Zombies do not count.
    package func remove() throws(SystemError) { try systemCall("rmdir", path) { unsafe rmdir(path) } }

    /// As `remove`, with the groups below it, which somebody in it has made.
    package func removeTree() throws(SystemError) {
        do throws(SystemError) {
            try remove()
        } catch {
            guard error.isBusy, let names = try? children(), !names.isEmpty else { throw error }
            for name in names { try child(name).removeTree() }
            try remove()
        }
    }

    /// The names of the groups below it.
    package func children() throws(SystemError) -> [String] {
        var names: [String] = []
        try FileSystem.visit(path) { name, isDirectory in if isDirectory { names.append(name) } }
        return names
    }

    func open() throws(SystemError) -> Descriptor { try Descriptor.open(path, flags: O_RDONLY | O_DIRECTORY) }

    package var exists: Bool { has("cgroup.procs") }

    package func has(_ file: String) -> Bool { unsafe access("\(path)/\(file)", F_OK) == 0 }

    package func canWrite(_ file: String) -> Bool { refusal(of: file) == nil }

    /// Why this process may not write to the file; `nil`: it may.
    package func refusal(of file: String) -> SystemError? {
        do throws(SystemError) {
            try systemCall("access", "\(path)/\(file)") { unsafe access("\(path)/\(file)", W_OK) }
            return nil
        } catch {
            return error
        }
    }

    /// The one at the top of the machine's hierarchy has no type, and may have processes as well as groups with
    /// controllers.
    package var isRoot: Bool { exists && !has("cgroup.type") }

    // MARK: Its files

    package func read(_ file: String) throws(SystemError) -> String { try ProcFile.text("\(path)/\(file)") }

    package func write(_ text: String, to file: String) throws(SystemError) {
        let name = "\(path)/\(file)"
        let descriptor = try Descriptor.open(name, flags: O_WRONLY)
        do throws(SystemError) {
            _ = try descriptor.write(Array(text.utf8))
        } catch {
            throw SystemError("write", name, code: error.code, note: Self.note(on: error, file))
        }
    }

    /// What errno does not tell here.
    private static func note(on error: SystemError, _ file: String) -> String? {
        guard file == "cgroup.subtree_control", error.code == EBUSY else { return nil }
        return "there are processes in the group, and controllers are for groups without"
    }

    /// The processes in it, zombies not among them. A process of another PID namespace cannot be named and is left out.
    package func processes() throws(SystemError) -> [ProcessID] {
        try read("cgroup.procs").split(separator: "\n").compactMap { ProcessID($0) }.filter { $0 > 0 }
    }

    /// Those in it and below it.
    package func treeProcesses() -> [ProcessID] {
        let below = (try? children()) ?? []
        return below.reduce((try? processes()) ?? []) { $0 + child($1).treeProcesses() }
    }

    /// Moves this process into it.
    package func enter() throws(SystemError) { try write("0", to: "cgroup.procs") }

    package func controllers() throws(SystemError) -> [String] {
        try read("cgroup.controllers").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// The controllers that the groups below it have.
    package func enabledControllers() throws(SystemError) -> [String] {
        try read("cgroup.subtree_control").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Whether there is a process in it or below it.
    package func isPopulated() throws(SystemError) -> Bool { try counter("populated", in: "cgroup.events") != 0 }

    /// How many of its processes the kernel has killed because memory ran out; 0 without the controller for memory.
    package var memoryKills: Int { (try? counter("oom_kill", in: "memory.events")) ?? 0 }

    /// One line of a file with a name and a number in each; `nil` if it is not there.
    private func counter(_ key: String, in file: String) throws(SystemError) -> Int? {
        for line in try read(file).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == key { return Int(words[1]) }
        }
        return nil
    }
}

extension SystemError {
    /// A spawn has failed for the group that the child was to begin in, and would not have without: somebody has removed it, or has
    /// made it one that holds no processes.
    package func isRefusal(of group: ControlGroup) -> Bool {
        switch call {
        case "open": object == group.path && !isShortage
        case "clone": [EBUSY, EOPNOTSUPP, ENODEV, EBADF].contains(code)
        case "open cgroup.procs", "join cgroup": !isShortage
        default: false
        }
    }
}
