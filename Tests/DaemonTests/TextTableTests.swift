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

    @Test("leaves columns out where others would have to be cut below their least")
    func dropped() {
        let columns: [TextTable.Column] = [
            .whole("RUN"), .dropped("LATE", order: 0), .dropped("ATT", order: 1), .cut("TEXT", order: 0, least: 6),
        ]
        func table(_ width: Int?) -> String {
            TextTable(columns, [["1", "2ms", "3", "a long text"]]).text(width: width)
        }
        #expect(table(nil) == "RUN  LATE  ATT  TEXT\n1    2ms   3    a long text\n")
        #expect(table(22) == "RUN  LATE  ATT  TEXT\n1    2ms   3    a lon…\n")
        #expect(table(21) == "RUN  ATT  TEXT\n1    3    a long text\n")
        #expect(table(15) == "RUN  TEXT\n1    a long te…\n")
        #expect(table(3) == "RUN  TEXT\n1    a lon…\n")
    }
}
