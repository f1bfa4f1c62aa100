/// The first document of a YAML file, which is to be the only one.
struct Document {
    /// `nil`: it could not be read to its end.
    let root: Node?
    let nodeCount: Int
    /// Why the file was not read to its end.
    let fault: ReadingFault?
    /// That is all that is wrong with the file's text.
    var isFollowed: Bool { root != nil && fault?.message == Self.followed }

    private static let followed = "a second document; expected one in a file"

    /// What is wrong inside of the document goes into the diagnostics.
    static func read(_ issues: inout FileDiagnostics, limits: RegistryLimits) -> Document {
        let source = issues.source
        if let fault = unreadable(source) { return Document(root: nil, nodeCount: 0, fault: fault) }
        var builder = TreeBuilder(issues: issues, limits: limits)
        var isWhole = false
        let fault = unsafe source.bytes.withUnsafeBufferPointer { bytes in
            unsafe build(bytes, &builder, &isWhole)
        }
        issues = builder.issues
        return Document(root: isWhole ? builder.root : nil, nodeCount: builder.nodeCount, fault: fault)
    }

    private static func unreadable(_ source: SourceText) -> ReadingFault? {
        if let fault = TextCheck.firstFault(in: source.bytes) {
            return ReadingFault(place: UInt32(source.place(ofByte: fault.byteOffset)), message: fault.message)
        }
        return TagDirectives.excess(in: source).map {
            ReadingFault(place: $0, message: "more than \(TagDirectives.limit) %TAG directives; expected none")
        }
    }

    private static func build(
        _ bytes: UnsafeBufferPointer<UInt8>, _ builder: inout TreeBuilder, _ isWhole: inout Bool
    ) -> ReadingFault? {
        do throws(ReadingFault) {
            guard !bytes.isEmpty else { throw empty(at: 0) }
            let events = try unsafe EventReader(bytes)
            try build(events, &builder, &isWhole)
            return nil
        } catch {
            return error
        }
    }

    private static func build(
        _ events: borrowing EventReader, _ builder: inout TreeBuilder, _ isWhole: inout Bool
    ) throws(ReadingFault) {
        while true {
            let event = try events.next()
            switch event.content {
            case .streamStart: break
            case .documentStart where isWhole:
                throw ReadingFault(place: event.place, message: Self.followed)
            case .documentStart: break
            case .documentEnd: isWhole = true
            case .streamEnd where !isWhole: throw empty(at: event.place)
            case .streamEnd: return
            default: try builder.take(event)
            }
        }
    }

    private static func empty(at place: UInt32) -> ReadingFault {
        ReadingFault(place: place, message: "the file is empty; expected a map with 'namespace' and 'entries'")
    }
}
