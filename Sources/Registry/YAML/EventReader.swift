import CYAML

/// Owns a libyaml parser over bytes that must outlive it.
@safe struct EventReader: ~Copyable {
    /// libyaml keeps pointers into the parser: it must not move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ReadingFault) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw Self.noMemory
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        unsafe self.parser = parser
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// After a fault there are no more events.
    func next() throws(ReadingFault) -> Event {
        var event = unsafe yaml_event_t()
        defer { unsafe yaml_event_delete(&event) }
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault }
        return unsafe Event(event)
    }

    private var fault: ReadingFault {
        let parser = unsafe parser.pointee
        guard unsafe parser.error != YAML_MEMORY_ERROR else { return Self.noMemory }
        let advice = unsafe SyntaxAdvice(
            problem: parser.problem.map { unsafe String(cString: $0) } ?? "the text is not YAML",
            context: unsafe parser.context.map { unsafe String(cString: $0) })
        return unsafe advice.fault(
            at: UInt32(clamping: parser.problem_mark.index), in: UInt32(clamping: parser.context_mark.index))
    }

    private static let noMemory = ReadingFault(place: 0, message: "no memory is left to read the file")
}
