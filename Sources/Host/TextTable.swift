/// Rows of cells, printed with each column as wide as its widest cell.
package enum TextTable {
    private static let gap = 2

    /// Every row must have as many cells as the first.
    package static func text(_ rows: [[String]]) -> String {
        guard let first = rows.first else { return "" }
        let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { line($0, widths) + "\n" }.joined()
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(row, widths) {
            line += cell + String(repeating: " ", count: width - cell.count + gap)
        }
        let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) }
        return String(line[..<(end ?? line.startIndex)])
    }
}
