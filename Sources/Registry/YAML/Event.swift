import CYAML

/// A step of libyaml through a YAML text, in Swift's terms.
struct Event {
    enum Content {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(String, isPlain: Bool, Properties)
        case listStart(Properties)
        case mapStart(Properties)
        case listOrMapEnd
    }

    struct Properties {
        var anchor: String?
        var tag: String?
    }

    var place: UInt32
    var content: Content

    /// Copies all that it needs: the caller frees `event`.
    init(_ event: yaml_event_t) {
        place = unsafe UInt32(clamping: event.start_mark.index)
        content = unsafe Self.content(of: event)
    }

    private static func content(of event: yaml_event_t) -> Content {
        let data = unsafe event.data
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return unsafe .alias(text(data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: return unsafe scalar(data.scalar)
        case YAML_SEQUENCE_START_EVENT:
            return unsafe .listStart(properties(data.sequence_start.anchor, data.sequence_start.tag))
        case YAML_MAPPING_START_EVENT:
            return unsafe .mapStart(properties(data.mapping_start.anchor, data.mapping_start.tag))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .listOrMapEnd
        default: return .streamEnd
        }
    }

    private static func scalar(_ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar) -> Content {
        let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        return unsafe .scalar(
            String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
            properties(scalar.anchor, scalar.tag))
    }

    private static func properties(
        _ anchor: UnsafePointer<yaml_char_t>?, _ tag: UnsafePointer<yaml_char_t>?
    ) -> Properties {
        unsafe Properties(anchor: text(anchor), tag: text(tag))
    }

    private static func text(_ pointer: UnsafePointer<yaml_char_t>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }
}
