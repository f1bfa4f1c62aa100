internal import CHTTP

/// What the library has read, in our words.
enum RequestReader {
    /// `nil`: path or query are no text.
    static func read(_ connection: OpaquePointer, _ method: String, _ target: String) -> HTTPRequest? {
        let arguments = unsafe fields(connection, chttp_arguments)
        guard let path = RequestTarget.text(target) else { return nil }
        var query: [HTTPRequest.Field] = []
        for field in arguments {
            guard let name = RequestTarget.text(field.name, plusIsSpace: true),
                let value = RequestTarget.text(field.value, plusIsSpace: true)
            else { return nil }
            query.append(.init(name: name, value: value))
        }
        let headers = unsafe fields(connection, chttp_headers).map {
            HTTPRequest.Field(name: $0.name.lowercased(), value: $0.value)
        }
        return HTTPRequest(method, path, query: query, headers: headers, peer: unsafe peer(of: connection))
    }

    @safe private final class Fields {
        var all: [HTTPRequest.Field] = []
    }

    private static func fields(_ connection: OpaquePointer, _ kind: MHD_ValueKind) -> [HTTPRequest.Field] {
        let fields = Fields()
        let passed = unsafe Unmanaged.passUnretained(fields).toOpaque()
        _ = unsafe MHD_get_connection_values(
            connection, kind,
            { passed, _, name, value in
                guard let passed = unsafe passed, let name = unsafe name else { return chttp_yes }
                let fields = unsafe Unmanaged<Fields>.fromOpaque(passed).takeUnretainedValue()
                let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
                fields.all.append(.init(name: unsafe String(cString: name), value: text))
                return chttp_yes
            }, passed)
        return withExtendedLifetime(fields) { fields.all }
    }

    private static func peer(of connection: OpaquePointer) -> String {
        guard let info = unsafe chttp_client(connection) else { return "unix" }
        return unsafe chttp_address_text(info).map { unsafe String(cString: $0) } ?? "unix"
    }
}
