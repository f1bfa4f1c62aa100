internal import Glibc

/// Kills a child of this process with all that descends from it.
package struct ProcessTree {
    private let root: ProcessID
    /// The processes that have been sent SIGKILL.
    private var killed: Set<ProcessID> = []

    /// Some passes more than a process needs that forks as fast as it can.
    private static let mostPasses = 32

    /// Sends SIGKILL to everything below `root`, in whatever group or session. A process that has lost its parents is
    /// found if `root` is a subreaper, since it is the parent then. `root` itself is left stopped, for the caller to
    /// kill: it can start no child in between.
    ///
    /// `root` must be an uncollected child.
    package static func killDescendants(of root: ProcessID) {
        guard root > 1, !ProcessTable.children(of: root).isEmpty else { return }
        Children.signal(root, .stop)
        var tree = ProcessTree(root: root)
        // Two of them in a row that find nothing: one may be fooled by a process that changes its parent meanwhile.
        var quiet = 0
        for _ in 0..<mostPasses where quiet < 2 { quiet = tree.pass() ? 0 : quiet + 1 }
    }

    private init(root: ProcessID) { self.root = root }

    /// Returns whether it found one that was not found before: it may have started others that this pass has missed.
    private mutating func pass() -> Bool {
        var isNew = false
        // Children before their parents, so that none loses its parent before it is looked at.
        for (child, parent) in descendants().reversed() where !killed.contains(child) {
            if kill(child, of: parent) { isNew = true }
        }
        return isNew
    }

    private func descendants() -> [(child: ProcessID, parent: ProcessID)] {
        var found: [(child: ProcessID, parent: ProcessID)] = []
        var open = [root]
        while let parent = open.popLast() {
            let children = ProcessTable.children(of: parent)
            found += children.map { ($0, parent) }
            open += children
        }
        return found
    }

    /// Returns whether there was something to kill.
    private mutating func kill(_ child: ProcessID, of parent: ProcessID) -> Bool {
        // The process that has the number now is the one that is looked at and killed below.
        let handle = try? ProcessHandle(child)
        guard let row = ProcessTable.row(child), !row.isZombie, row.parent == parent else { return false }
        if let handle { handle.kill() } else { Children.signal(child, .kill) }
        return killed.insert(child).inserted
    }
}
