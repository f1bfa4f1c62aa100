/// The fields of a line with tabs between them. One that is not there is empty.
struct TabFields {
    private var fields: (String, String, String, String) = ("", "", "", "")
    /// At least 1.
    private(set) var count = 0

    init(_ line: UnsafeRawBufferPointer) {
        var rest = line
        while let tab = rest.firstIndex(of: UInt8(ascii: "\t")) {
            add(UnsafeRawBufferPointer(rebasing: rest[..<tab]))
            rest = UnsafeRawBufferPointer(rebasing: rest[(tab + 1)...])
        }
        add(rest)
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch count {
        case 0: fields.0 = text
        case 1: fields.1 = text
        case 2: fields.2 = text
        case 3: fields.3 = text
        default: break
        }
        count += 1
    }

    subscript(index: Int) -> String {
        switch index {
        case 0: fields.0
        case 1: fields.1
        case 2: fields.2
        case 3: fields.3
        default: ""
        }
    }
}
