/// The one document of a YAML file.
enum Document {
    /// `nil` if there is none; the diagnostics say why.
    static func read(_ issues: inout FileDiagnostics, limits: RegistryLimits) -> (root: Node, nodeCount: Int)? {
        let source = issues.source
        if let fault = TextCheck.firstFault(in: source.bytes) {
            issues.error(fault.message, at: UInt32(source.place(ofByte: fault.byteOffset)))
            return nil
        }
        if let place = TagDirectives.excess(in: source) {
            issues.error("more than \(TagDirectives.limit) %TAG directives; expected none", at: place)
            return nil
        }
        var builder = TreeBuilder(issues: issues, limits: limits)
        let fault = unsafe source.bytes.withUnsafeBufferPointer { bytes in unsafe build(bytes, &builder) }
        issues = builder.issues
        if let fault {
            issues.error(fault.message(in: source), at: fault.place)
            return nil
        }
        return builder.root.map { ($0, builder.nodeCount) }
    }

    private static func build(_ bytes: UnsafeBufferPointer<UInt8>, _ builder: inout TreeBuilder) -> ReadingFault? {
        do throws(ReadingFault) {
            guard !bytes.isEmpty else { throw empty(at: 0) }
            let events = try unsafe EventReader(bytes)
            try build(events, &builder)
            return nil
        } catch {
            return error
        }
    }

    private static func build(_ events: borrowing EventReader, _ builder: inout TreeBuilder) throws(ReadingFault) {
        var documents = 0
        while true {
            let event = try events.next()
            switch event.content {
            case .streamStart, .documentEnd: break
            case .documentStart where documents > 0:
                throw ReadingFault(place: event.place, message: "a second document; expected one in a file")
            case .documentStart: documents += 1
            case .streamEnd where documents == 0: throw empty(at: event.place)
            case .streamEnd: return
            default: try builder.take(event)
            }
        }
    }

    private static func empty(at place: UInt32) -> ReadingFault {
        ReadingFault(place: place, message: "the file is empty; expected a map with 'namespace' and 'entries'")
    }
}
