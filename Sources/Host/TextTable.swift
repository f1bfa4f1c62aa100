/// Rows of cells in columns, each as wide as its widest cell, and cut where the screen is narrower than that. Where columns would be
/// narrower than their least, others are left out first.
package struct TextTable {
    package struct Column: Sendable {
        fileprivate let title: String
        /// Columns with the lowest are cut first; `nil`: never.
        fileprivate let order: Int?
        fileprivate let least: Int
        /// Columns with the lowest are left out first; `nil`: never.
        fileprivate let rank: Int?

        /// Is never cut.
        package static func whole(_ title: String) -> Column { Column(title: title, order: nil, least: 0, rank: nil) }

        /// Is left out after those of a lower order, where others have no room.
        package static func dropped(_ title: String, order: Int) -> Column {
            Column(title: title, order: nil, least: 0, rank: order)
        }

        /// Is cut after those of a lower order, down to `least` columns of the screen.
        package static func cut(_ title: String, order: Int, least: Int) -> Column {
            Column(title: title, order: order, least: least, rank: nil)
        }
    }

    private static let gap = 2

    private let columns: [Column]
    private let rows: [[String]]

    /// Every row has as many cells as there are columns. A column without a text in any row is left out.
    package init(_ columns: [Column], _ rows: [[String]]) {
        let used = columns.indices.filter { column in rows.isEmpty || rows.contains { !$0[column].isEmpty } }
        self.columns = used.map { columns[$0] }
        self.rows = rows.map { row in used.map { row[$0] } }
    }

    /// `width`: of the screen; `nil`: any.
    package func text(width: Int? = nil) -> String {
        let titles = columns.map(\.title)
        let all = titles.allSatisfy(\.isEmpty) ? rows : [titles] + rows
        let natural = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let used = choose(natural, for: width)
        let widths = fit(natural, of: used, into: width)
        return all.map { row in Self.line(used.map { row[$0] }, used.map { widths[$0] }) + "\n" }.joined()
    }

    /// The columns for which there is room.
    private func choose(_ natural: [Int], for width: Int?) -> [Int] {
        var used = Array(columns.indices)
        guard let width else { return used }
        func hasRoom() -> Bool {
            let least = used.map { columns[$0].order == nil ? natural[$0] : min(natural[$0], columns[$0].least) }
            return least.reduce(0, +) + Self.gap * max(0, used.count - 1) <= width
        }
        let order = columns.indices.filter { columns[$0].rank != nil }
            .sorted { (columns[$0].rank ?? 0, $0) < (columns[$1].rank ?? 0, $1) }
        for column in order where !hasRoom() { used.removeAll { $0 == column } }
        return used
    }

    /// Rows without titles, which are never cut.
    package static func text(_ rows: [[String]]) -> String {
        TextTable((rows.first ?? []).map { _ in .whole("") }, rows).text()
    }

    private func fit(_ natural: [Int], of used: [Int], into width: Int?) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        var excess = used.reduce(0) { $0 + natural[$1] } + Self.gap * max(0, used.count - 1) - width
        let order = used.filter { columns[$0].order != nil }
            .sorted { (columns[$0].order ?? 0, $0) < (columns[$1].order ?? 0, $1) }
        for column in order where excess > 0 {
            let cut = min(excess, max(0, widths[column] - max(columns[column].least, columns[column].title.count)))
            widths[column] -= cut
            excess -= cut
        }
        return widths
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(row, widths) {
            let shown = cell.count > width ? cell.prefix(max(0, width - 1)) + "…" : cell[...]
            line += shown + String(repeating: " ", count: width - shown.count + gap)
        }
        let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) }
        return String(line[..<(end ?? line.startIndex)])
    }
}
