/// What somebody asks for.
package struct HTTPRequest: Sendable {
    package struct Field: Hashable, Sendable {
        /// Of a header, in small letters.
        package let name: String
        package let value: String

        package init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    package var method: String
    /// Without its query; its escapes are read.
    package var path: String
    package var query: [Field]
    package var headers: [Field]
    package var body: [UInt8] = []
    /// Who asks: an address without its port, or `unix`.
    package var peer: String

    package init(
        _ method: String, _ path: String, query: [Field] = [], headers: [Field] = [], body: [UInt8] = [],
        peer: String = "unix"
    ) {
        (self.method, self.path, self.query, self.headers) = (method, path, query, headers)
        (self.body, self.peer) = (body, peer)
    }

    /// The only one of that name; `nil` if there is none, or more than one.
    package func header(_ name: String) -> String? {
        let values = headers.filter { $0.name == name }
        return values.count == 1 ? values[0].value : nil
    }

    /// The first one of that name.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [HTTPRequest.Field]
    package var body: [UInt8]

    package init(_ status: Int, headers: [HTTPRequest.Field] = [], body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// A line for people and programs.
    package init(_ status: Int, text: String) {
        self.init(
            status, headers: [.init(name: "Content-Type", value: "text/plain; charset=utf-8")],
            body: Array((text + "\n").utf8))
    }
}

package enum HTTPAnswer: Sendable {
    case now(HTTPResponse)
    /// It takes some time, and is put together on another thread.
    case later(@Sendable () -> HTTPResponse)
    /// What is pushed into the stream, until that is closed. `body` of the response is not used.
    case stream(HTTPResponse, EventStream)
}

/// What answers. It is asked on the thread of the server, and must not wait.
package protocol HTTPApplication: Sendable {
    /// Of the head alone. A response refuses the request, whose body is then not read.
    func refuse(_ head: HTTPRequest) -> HTTPResponse?
    func answer(_ request: HTTPRequest) -> HTTPAnswer
}
