import Clocks
import Glibc
import Model
import Supervision
import TestSupport
import Testing
import Turns
import Wire

@testable import Daemon
@testable import Kernel

/// Daemons with a control socket, and their clients.
protocol ControlPlays {}

extension ControlPlays {
    func play(jobs: Int = 1, more: String = "") throws -> PlayedDaemon {
        let entries = (1...jobs).map {
            "- {name: job\($0), kind: function.swift, method: heartbeat, meta: {type: cron.job, interval: 10s}}\n"
        }
        return try PlayedDaemon("namespace: app\nentries:\n" + entries.joined() + more)
    }

    /// With a client that has read its greeting.
    func client(_ play: PlayedDaemon) throws -> PlayedClient {
        let client = try PlayedClient(play)
        _ = try client.hear()
        return client
    }

    /// A daemon whose one worker waits for its slot.
    func served() throws -> (play: PlayedDaemon, worker: PlayedProcess) {
        let play = try play()
        try play.daemon.turn()
        let worker = try #require(play.kernel.processes.first)
        try worker.say(.ready(.init(next: play.slot)))
        try play.daemon.turn()
        _ = try worker.readInput()
        return (play, worker)
    }
}
