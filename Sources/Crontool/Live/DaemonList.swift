import Host
import Kernel
import Values
import Wire

/// The daemons whose runtime directories there are, for people and for programs.
package struct DaemonList {
    private struct Row {
        var key: String
        var state: String
        var greeting: ControlAnswer.Greeting?
        var directory: String
    }

    private let rows: [Row]

    package init(_ site: DaemonSite) {
        rows = site.found().map { found in
            let directory = [found.place, found.key].compactMap(\.self).joined(separator: "/")
            switch found.result {
            case .success(let client):
                return Row(
                    key: client.key, state: "running", greeting: client.greeting, directory: directory)
            case .failure(let failure):
                return Row(
                    key: found.key ?? "-", state: failure.isDenial ? "denied" : "silent", greeting: nil,
                    directory: directory)
            }
        }
    }

    package var isEmpty: Bool { rows.isEmpty }

    package func table(width: Int?, hasTitles: Bool = true) -> String {
        let titles = ["DAEMON", "STATE", "PID", "VERSION", "REGISTRY", "DIRECTORY"].map { hasTitles ? $0 : "" }
        let cells = rows.map { row in
            [
                row.key, row.state, row.greeting.map { "\($0.pid)" } ?? "-", row.greeting?.program ?? "-",
                row.greeting?.registry ?? "-", row.directory,
            ].map { PrintableText.escape($0) }
        }
        let columns =
            titles[..<4].map { TextTable.Column.whole($0) } + [.whole(titles[4]), .cut(titles[5], order: 0, least: 12)]
        return TextTable(columns, cells).text(width: width)
    }

    /// Those of its objects.
    static let keys = ["daemon", "state", "pid", "version", "registry", "directory"]

    /// An object a line.
    package var json: String {
        rows.map { row in
            let value = StatusJSON.object([
                ("daemon", row.key == "-" ? nil : .string(row.key)), ("state", .string(row.state)),
                ("pid", row.greeting.map { .int($0.pid) }), ("version", row.greeting.map { .string($0.program) }),
                ("registry", row.greeting.map { .string($0.registry) }), ("directory", .string(row.directory)),
            ])
            return JSONCoding.output(value) + "\n"
        }.joined()
    }
}
