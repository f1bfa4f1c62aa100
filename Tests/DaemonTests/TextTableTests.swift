import Host
import Testing

@Suite("A table")
struct TextTableTests {
    private static let columns: [TextTable.Column] = [
        .whole("A"), .cut("BB", order: 1, least: 4), .cut("C", order: 0, least: 3), .whole("D"),
    ]

    private func table(_ width: Int?) -> String {
        TextTable(Self.columns, [["1", "second", "thirdthird", ""], ["22", "b", "é", ""]]).text(width: width)
    }

    @Test("has columns as wide as their cells, and leaves out those without any")
    func natural() {
        #expect(table(nil) == "A   BB      C\n1   second  thirdthird\n22  b       é\n")
        #expect(table(22) == table(nil))
        #expect(TextTable.text([["a", "b"], ["ccc", ""]]) == "a    b\nccc\n")
        #expect(TextTable.text([]) == "")
    }

    @Test("cuts columns in their order, each down to its least, and no further")
    func cut() {
        #expect(table(21) == "A   BB      C\n1   second  thirdthi…\n22  b       é\n")
        #expect(table(15) == "A   BB      C\n1   second  th…\n22  b       é\n")
        #expect(table(13) == "A   BB    C\n1   sec…  th…\n22  b     é\n")
        #expect(table(1) == table(13))
    }
}
