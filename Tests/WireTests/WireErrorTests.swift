import Clocks
import Testing
import Wire

@Suite("A line that is no message")
struct WireErrorTests {
    private func complaint(_ decode: () throws -> Void) -> String? {
        do {
            try decode()
            return nil
        } catch {
            return error is WireError ? "\(error)" : "not a WireError: \(error)"
        }
    }

    @Test(
        "of a worker says what is wrong",
        arguments: [
            ("", "empty message; expected a verb"), (" ready", "empty message; expected a verb"),
            ("hello", "unknown message 'hello'"), ("Ready protocol=2 next=1", "unknown message 'Ready'"),
            ("ready\tprotocol=2", "unknown message 'readyprotocol=2'"), ("definition", "unknown message 'definition'"),
            ("ready", "message 'ready' has no field 'protocol'"),
            ("ready protocol=2", "message 'ready' has no field 'next'"),
            ("ready protocol=3 next=1", "protocol version 3 is not spoken here; expected 2"),
            ("ready protocol=-1", "protocol version -1 is not spoken here; expected 2"),
            ("ready protocol=x next=1", "field 'protocol' is malformed; expected an integer"),
            ("begin next=1 lateness_us=0", "message 'begin' has no field 'run'"),
            ("begin run=1 lateness_us=0", "message 'begin' has no field 'next'"),
            ("begin run=1 next=1", "message 'begin' has no field 'lateness_us'"),
            ("begin run=-1", "field 'run' is malformed; expected a number of 0 or more"),
            (
                "begin slot=-9223372036854775808",
                "field 'slot' is malformed; expected a number of -4611686018427387904 or more"
            ),
            (
                "begin lateness_us=9223372036854775807",
                "field 'lateness_us' is malformed; expected a number of at most 9223372036854775"
            ),
            ("end", "message 'end' has no field 'run'"), ("end run=1", "message 'end' has no field 'next'"),
            ("end run=1 next=1", "message 'end' has no field 'lateness_us'"),
            ("end run=1 next=1 lateness_us=0", "message 'end' has no field 'duration_us'"),
            ("end run=1 next=1 lateness_us=0 duration_us=0", "message 'end' has no field 'outcome'"),
            ("end run=1 next=1 lateness_us=0 duration_us=0 outcome=ok", "message 'end' has no field 'result'"),
            ("end outcome=crashed", "field 'outcome' is malformed; expected ok or failed"),
            ("end length=-1", "field 'length' is malformed; expected a number of 0 or more"),
            ("skipped last=1 next=1", "message 'skipped' has no field 'first'"),
            ("skipped first=1 next=1", "message 'skipped' has no field 'last'"),
            ("skipped first=1 last=1", "message 'skipped' has no field 'next'"),
            ("output run=1 text=x", "message 'output' has no field 'stream'"),
            ("output stream=stdin text=x", "field 'stream' is malformed; expected stdout or stderr"),
            ("output stream=stderr run=1", "message 'output' has no field 'text'"),
            ("output_dropped lines=1", "message 'output_dropped' has no field 'bytes'"),
            ("output_dropped bytes=-1", "field 'bytes' is malformed; expected a number of 0 or more"),
            ("log level=info run=1", "message 'log' has no field 'message'"),
            ("log level=loud", "field 'level' is malformed; expected debug, info, warning or error"),
            ("pong", "message 'pong' has no field 'token'"), ("stopped", "message 'stopped' has no field 'runs'"),
            ("stopped runs=1.5", "field 'runs' is malformed; expected an integer"),
            ("stopped runs=", "field 'runs' is malformed; expected an integer"),
            ("stopped runs=-", "field 'runs' is malformed; expected an integer"),
            ("stopped runs=+1", "field 'runs' is malformed; expected an integer"),
            ("stopped runs=9223372036854775808", "field 'runs' is malformed; expected an integer"),
            ("stopped runs=-9223372036854775809", "field 'runs' is malformed; expected an integer"),
            ("stopped runs=99999999999999999999999999", "field 'runs' is malformed; expected an integer"),
            ("dropped ok=-1", "field 'ok' is malformed; expected a number of 0 or more"),
            ("fault errno=1", "message 'fault' has no field 'step'"),
            ("fault step=x errno=2147483648", "field 'errno' is malformed; expected a number of at most 2147483647"),
        ])
    func reports(line: String, expected: String) {
        #expect(complaint { _ = try decodeReport(line) } == expected)
    }

    @Test(
        "of the daemon says what is wrong",
        arguments: [
            ("", "empty message; expected a verb"), ("ready", "unknown message 'ready'"),
            ("ping", "message 'ping' has no field 'token'"),
            ("definition", "message 'definition' has no field 'protocol'"),
            ("definition protocol=1", "protocol version 1 is not spoken here; expected 2"),
            ("definition protocol=3", "protocol version 3 is not spoken here; expected 2"),
            ("definition protocol=2", "message 'definition' has no field 'entry'"),
            ("definition protocol=2 entry=x", "field 'entry' is malformed; expected namespace:name"),
            ("definition protocol=2 entry=a:b kind=k", "message 'definition' has no field 'schedule'"),
            ("definition protocol=2 entry=a:b kind=k interval_ns=1", "message 'definition' has no field 'schedule'"),
            (
                "definition protocol=2 entry=a:b schedule=1s interval_ns=0",
                "field 'interval_ns' is malformed; expected a number of 1 or more"
            ),
            ("definition protocol=2 entry=a:b schedule=1s interval_ns=1", "message 'definition' has no field 'kind'"),
            (
                "definition protocol=2 entry=a:b schedule=1s interval_ns=1 kind=k",
                "message 'definition' has no field 'start'"
            ),
            (
                "definition protocol=2 entry=a:b schedule=@reboot kind=k start=1",
                "message 'definition' has no field 'accounted'"
            ),
            (
                "definition protocol=2 entry=a:b schedule=@reboot interval_ns=-1",
                "field 'interval_ns' is malformed; expected a number of 1 or more"
            ),
            ("definition protocol=2 overlap=replace", "field 'overlap' is malformed; expected queue"),
            ("definition protocol=2 asks=false", "field 'asks' is malformed; expected true"),
            ("values", "message 'values' has no field 'text'"),
        ])
    func commands(line: String, expected: String) {
        #expect(complaint { _ = try decodeCommand(line) } == expected)
    }

    @Test(
        "is not made of fields",
        arguments: [
            ("log message", "'message' is no field; expected key=value"),
            ("log =x", "'' is no field; expected key=value"),
            ("log message =x", "'message' is no field; expected key=value"),
            ("log message=\"x", "'message' has no closing quote"),
            ("log message=\"x\\\"", "'message' has no closing quote"),
            ("log message=\"x\\", "'message' has no closing quote"),
            ("log message=\"", "'message' has no closing quote"),
            ("log message=\"x\"y=1", "'message' goes on after its closing quote; expected a space"),
            ("log message=\"x\"\"", "'message' goes on after its closing quote; expected a space"),
        ])
    func syntax(line: String, expected: String) {
        #expect(complaint { _ = try decodeReport(line) } == expected)
    }

    @Test(
        "has an escape that there is not",
        arguments: [#"\q"#, #"\x"#, #"\x1"#, #"\xG0"#, #"\x1F"#, #"\x0 "#, #"\u0041"#])
    func escapes(text: String) {
        let expected = #"field 'message' is malformed; expected one of \n \r \t \" \\ \xHH after a backslash"#
        #expect(complaint { _ = try decodeReport("log message=\"\(text)\"") } == expected)
    }

    @Test(
        "is not text",
        arguments: [[0xFF], [0xC3], [0xE6, 0x97], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80]]
            as [[UInt8]])
    func encoding(bytes: [UInt8]) {
        for quote in ["", "\""] {
            let line = Array("log message=\(quote)".utf8) + bytes + Array(quote.utf8)
            #expect(complaint { _ = try decodeReport(line) } == "text is not valid UTF-8")
        }
        #expect(complaint { _ = try decodeReport(#"log message="\xff""#) } == "text is not valid UTF-8")
    }

    @Test("is quoted in the complaint no longer than a person reads, and without what a terminal obeys")
    func excerpts() {
        let long = String(repeating: "v", count: 4_000)
        #expect(complaint { _ = try decodeReport(long) } == "unknown message '\(long.prefix(40))'")
        #expect(complaint { _ = try decodeReport("\u{1B}[31mred\r\u{7F}") } == "unknown message '[31mred'")
        #expect(complaint { _ = try decodeReport([0xFF, 0x41]) } == "unknown message '\u{FFFD}A'")
    }

    @Test("of a feature that was not agreed on is refused, and of no other")
    func features() throws {
        func report(_ line: String) throws -> Report {
            try Array(line.utf8).withUnsafeBytes { try Report.decode($0, agreed: .none) }
        }
        func command(_ line: String) throws -> Command {
            try Array(line.utf8).withUnsafeBytes { try Command.decode($0, agreed: .none) }
        }
        let why = "belongs to the feature 'gates', which was not agreed on"
        #expect(complaint { _ = try report("due slot=1") } == "message 'due' \(why)")
        #expect(complaint { _ = try command("skip through=1") } == "message 'skip' \(why)")
        #expect(try report("pong token=1") == .pong(token: 1))
        #expect(try decodeReport("due slot=1") == .due(slot: SlotInstant(nanoseconds: 1)))
    }

    @Test("has as many bytes as a pipe takes whole, and no more")
    func length() {
        let line = "pong token=1 x=" + String(repeating: "x", count: 4_080)
        #expect(complaint { _ = try decodeReport(line) } == nil)
        #expect(complaint { _ = try decodeReport(line + "x") } == "longer than 4096 bytes")
    }

    @Test("is no part of a definition where it stands, or not with these values")
    func parts() throws {
        let header = #"definition protocol=2 entry=a:b kind=k schedule=1s start=1 accounted=1 runs=0 file=f size="#
        for (text, expected) in [
            ("values text=\"{}\"\n", "values come before the definition that they belong to"),
            (header + "2\nvalues text=\"{} \"\n", "the definition has 3 bytes of values; expected 2"),
            (
                header + "2\nvalues text={]\n",
                "field 'text' is malformed; expected the definition's values; "
                    + "JSON: line 1, column 2: expected a string as key, found ']'"
            ),
        ] {
            #expect(complaint { _ = try assemble(Array(text.utf8)) } == expected)
        }
        #expect(try assemble(Array((header + "2\nvalues text={\n").utf8)) == nil)
    }
}
