import CYAML

/// Owns a libyaml parser over bytes that must outlive it.
struct EventReader: ~Copyable {
    /// libyaml keeps pointers into the parser: it must not move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ReadingFault) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw Self.noMemory
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        self.parser = parser
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// After a fault there are no more events.
    func next() throws(ReadingFault) -> Event {
        var event = yaml_event_t()
        defer { yaml_event_delete(&event) }
        guard yaml_parser_parse(parser, &event) == 1 else { throw fault }
        return Event(event)
    }

    private var fault: ReadingFault {
        let parser = parser.pointee
        guard parser.error != YAML_MEMORY_ERROR else { return Self.noMemory }
        let advice = SyntaxAdvice(
            problem: parser.problem.map { String(cString: $0) } ?? "the text is not YAML",
            context: parser.context.map { String(cString: $0) })
        return advice.fault(
            at: UInt32(clamping: parser.problem_mark.index), in: UInt32(clamping: parser.context_mark.index))
    }

    private static let noMemory = ReadingFault(place: 0, message: "no memory is left to read the file")
}
