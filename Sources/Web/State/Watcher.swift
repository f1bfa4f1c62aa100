import Clocks
package import Crontool
package import HTTPServer
package import Kernel
import Synchronization
import Values
import Wire

/// Asks the daemon how its jobs stand: often while somebody looks on, and else when a page is asked for.
package final class Watcher: Sendable {
    private struct State {
        var board = Board()
        /// When the look has begun to which the daemon has answered, or has failed to.
        var looked: MonotonicInstant?
        var waiting: [Turnstile] = []
        var followers: [Int: Follower] = [:]
        /// Of the last one.
        var number = 0
    }

    private let state = Mutex(State())
    private let bell: Turnstile
    package let site: DaemonSite
    private let rows: @Sendable (Board.Row) -> String

    /// While somebody follows.
    private static let interval = Nanoseconds.milliseconds(400)
    /// A page is not older.
    private static let freshness = Nanoseconds.milliseconds(400)
    /// So long a page waits for news.
    private static let patience = Nanoseconds.seconds(2)

    /// `rows`: what those who follow are sent of a job that has changed.
    package init(_ site: DaemonSite, rows: @escaping @Sendable (Board.Row) -> String) throws(SystemError) {
        (self.site, self.rows) = (site, rows)
        bell = try Turnstile()
        try BackgroundThread.start {
            let look = Look(self.site)
            while true {
                let isFollowed = self.state.withLock { !$0.followers.isEmpty }
                _ = self.bell.pass(within: isFollowed ? Self.interval : nil)
                self.refresh(look)
            }
        }
    }

    // MARK: What is known

    package var board: Board { state.withLock { $0.board } }

    /// As it is now, if the daemon answers in time.
    package func fresh() -> Board { board(since: Clock.monotonic() + Nanoseconds(-Self.freshness.count)) }

    /// As it is after this moment: what has begun just now is in it.
    package func renewed() -> Board { board(since: Clock.monotonic()) }

    private func board(since moment: MonotonicInstant) -> Board {
        let end = Clock.monotonic() + Self.patience
        // A look that has begun before may be at its end only now.
        for _ in 0..<2 {
            guard let turnstile = try? Turnstile() else { break }
            let isNew = state.withLock { state in
                if let looked = state.looked, looked >= moment { return true }
                state.waiting.append(turnstile)
                return false
            }
            if isNew { break }
            bell.open()
            if !turnstile.pass(within: max(.zero, end - Clock.monotonic())) { break }
        }
        return board
    }

    private func refresh(_ look: Look) {
        let began = Clock.monotonic()
        look.begin { change in self.state.withLock { change(&$0.board) } }
        finish(at: began)
        while look.goOn({ change in self.state.withLock { change(&$0.board) } }) { tell() }
        tell()
    }

    private func finish(at now: MonotonicInstant) {
        let waiting = state.withLock { state in
            state.looked = now
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.open() }
        tell()
    }

    // MARK: Those who follow

    package let mostFollowers = 1_000

    /// `after`: the version that has been seen; `nil`: that of now.
    package func stream(after version: UInt64?) -> EventStream {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        let stream = EventStream { self.state.withLock { $0.followers[number] = nil } }
        state.withLock { state in
            state.followers[number] = Follower(stream, version: version ?? state.board.version)
        }
        bell.open()
        return stream
    }

    package var followerCount: Int { state.withLock { $0.followers.count } }

    private func tell() {
        let (board, followers) = state.withLock { ($0.board, Array($0.followers.values)) }
        guard !followers.isEmpty else { return }
        let news = News(board, rows)
        for follower in followers { follower.tell(news) }
    }
}
