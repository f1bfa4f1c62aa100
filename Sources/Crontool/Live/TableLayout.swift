import Host

/// How a table is to be shown.
package struct TableLayout: Sendable {
    /// Of the screen; `nil`: any.
    package var width: Int?
    package var hasTitles = true
    package var hasColors = false
    /// By their titles in small letters, in this order; `nil`: the usual ones.
    package var columns: [String]?

    package init(width: Int? = nil, hasTitles: Bool = true, hasColors: Bool = false, columns: [String]? = nil) {
        (self.width, self.hasTitles, self.hasColors, self.columns) = (width, hasTitles, hasColors, columns)
    }
}

/// A column of a table that somebody may choose.
struct ChosenColumn<Row>: Sendable {
    /// In small letters.
    let name: String
    let kind: Kind
    let cell: @Sendable (Row) -> String
    /// Whether it is one of the usual ones.
    let isUsual: Bool

    enum Kind: Sendable {
        case whole
        /// Is left out where there is no room, the lowest first.
        case dropped(Int)
        /// A job's name, which is cut last.
        case name
        /// Is cut first.
        case text
    }

    init(_ name: String, _ kind: Kind = .whole, isUsual: Bool = true, _ cell: @escaping @Sendable (Row) -> String) {
        (self.name, self.kind, self.isUsual, self.cell) = (name, kind, isUsual, cell)
    }

    func column(_ layout: TableLayout, nameLeast: Int) -> TextTable.Column {
        let title = layout.hasTitles ? name.uppercased() : ""
        return switch kind {
        case .whole: .whole(title)
        case .dropped(let order): .dropped(title, order: order)
        case .name: .cut(title, order: 1, least: nameLeast)
        case .text: .cut(title, order: 0, least: 10)
        }
    }
}

extension Array {
    /// Those that are wanted. Whoever names columns gets all of them, however narrow the screen is.
    func chosen<Row>(_ names: [String]?) throws(InputFailure) -> [ChosenColumn<Row>]
    where Element == ChosenColumn<Row> {
        guard let names else { return filter(\.isUsual) }
        var chosen: [ChosenColumn<Row>] = []
        for name in names {
            guard let column = first(where: { $0.name == name.lowercased() }) else {
                let known = map(\.name).joined(separator: ", ")
                throw InputFailure("--columns: no column '\(name)'; expected some of \(known)")
            }
            var kind = column.kind
            if case .dropped = kind { kind = .whole }
            chosen.append(ChosenColumn(column.name, kind, column.cell))
        }
        return chosen
    }

    /// A name of a job is cut only where nothing else can be left out.
    func table<Row>(_ rows: [Row], _ layout: TableLayout) -> String where Element == ChosenColumn<Row> {
        let cells = rows.map { row in map { $0.cell(row) } }
        func text(nameLeast: Int) -> String {
            TextTable(map { $0.column(layout, nameLeast: nameLeast) }, cells).text(width: layout.width)
        }
        let whole = text(nameLeast: .max / 4)
        guard let width = layout.width, whole.split(separator: "\n").contains(where: { $0.count > width }) else {
            return whole
        }
        return text(nameLeast: 12)
    }
}
