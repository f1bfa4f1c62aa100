import Kernel
import Testing
import Wire

@testable import CronWorkerKit

@Suite("A worker's end of the control pipe")
struct ControlChannelTests {
    private let ends: DaemonEnds

    init() throws { ends = try DaemonEnds() }

    private func receive() throws -> [Command] {
        var commands: [Command] = []
        try ends.control.receive { commands.append($0) }
        return commands
    }

    @Test("takes all the messages that have come at once, in their order")
    func several() throws {
        let commands: [Command] = [
            .ping(token: 1), .run(.init(call: 2, event: "{}")), .skip(through: .init(nanoseconds: 3)),
        ]
        for command in commands { try ends.send(command) }
        #expect(try receive() == commands)
    }

    @Test("puts a message together that comes in pieces, wherever it is cut")
    func pieces() throws {
        let bytes = Command.run(.init(call: 7)).encoded() + Command.ping(token: 8).encoded()
        for cut in 1..<bytes.count {
            try ends.send(Array(bytes[..<cut]))
            let first = try receive()
            try ends.send(Array(bytes[cut...]))
            #expect(try first + receive() == [.run(.init(call: 7)), .ping(token: 8)], "cut at \(cut)")
        }
    }

    @Test("is closed when the daemon has closed its own, and not before all that was in it is read")
    func end() throws {
        try ends.send(.ping(token: 1))
        ends.closeControl()
        #expect(try receive() == [.ping(token: 1)])
        #expect(!ends.control.isClosed)
        #expect(try receive().isEmpty)
        #expect(ends.control.isClosed)
    }

    @Test("refuses what it does not know, and a message that does not end")
    func refusals() throws {
        try ends.send("leap\n")
        #expect(throws: WireError.unknownVerb("leap")) { try receive() }
        for _ in 0..<2 { try ends.send(String(repeating: "x", count: WireFormat.longestMessage / 2)) }
        #expect(throws: WireError.syntax("a message of the daemon is longer than 4096 bytes")) { try receive() }
    }

    @Test("refuses what belongs to a feature until a definition has offered it")
    func features() throws {
        let ends = try DaemonEnds(agreed: .none)
        func send(_ text: String) throws -> Int {
            var count = 0
            try ends.send(text)
            try ends.control.receive { _ in count += 1 }
            return count
        }
        #expect(throws: WireError.notAgreed(.gates, verb: "skip")) { try send("skip through=1\n") }
        let definition = "entry=a:b kind=k schedule=@reboot start=1 accounted=1 runs=0 file=f\n"
        #expect(try send("definition protocol=2 \(definition)") == 1)
        #expect(throws: WireError.notAgreed(.gates, verb: "skip")) { try send("skip through=1\n") }
        let features = "features=wings,gates,leftovers,leave,note,ask,deadline,owed,event"
        #expect(try send("definition protocol=2 \(features) \(definition)skip through=1\n") == 2)
        #expect(ends.control.agreed == .all)
    }

    @Test("puts an event together that is longer than a message, and refuses one that is not whole")
    func longEvents() throws {
        let ends = try DaemonEnds(agreed: .all)
        let event = #"{"output":""# + String(repeating: "\"ä\\\n\u{1}", count: 3_000) + #""}"#
        var runs: [Command] = []
        func send(_ bytes: [UInt8]) throws {
            var rest = bytes[...]
            while !rest.isEmpty {
                try ends.send(String(decoding: rest.prefix(4_096), as: UTF8.self))
                rest = rest.dropFirst(4_096)
                try ends.control.receive { runs.append($0) }
            }
        }
        let definition =
            "definition protocol=2 features=event entry=a:b kind=k schedule=@reboot start=1 accounted=1 runs=0 file=f\n"
        try send(Array(definition.utf8))
        let command = Command.run(.init(call: 7, event: event))
        #expect(command.encoded().split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count < 4_096 })
        try send(command.encoded())
        #expect(runs.last == command)
        #expect(throws: WireError.self) { try send(Array("event text=x\nrun call=8 event_size=2\n".utf8)) }
    }

    @Test("keeps the last run that was told during another, once")
    func postponed() {
        #expect(ends.control.takePostponed() == nil)
        ends.control.postpone(.init(slot: .init(nanoseconds: 1), attempt: 2))
        ends.control.postpone(.init(call: 5))
        #expect(ends.control.takePostponed() == .init(call: 5))
        #expect(ends.control.takePostponed() == nil)
    }

    @Test("is served in a run: a ping is answered, what is told waits, and a bare run is not kept")
    func link() throws {
        try ends.send(.ping(token: 4))
        try ends.send(.run(.init(call: 1)))
        try ends.send(.run(.init()))
        try ends.link.serveControl()
        #expect(try ends.received() == [.pong(token: 4)])
        #expect(ends.control.takePostponed() == .init(call: 1))
        try ends.send("?\n")
        #expect(throws: LinkTrouble.self) { try ends.link.serveControl() }
    }
}
