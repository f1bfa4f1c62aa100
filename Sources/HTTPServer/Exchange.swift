internal import CHTTP
import Synchronization

/// A request on its way to its answer.
@safe final class Exchange {
    private let server: HTTPServer
    private nonisolated(unsafe) let connection: OpaquePointer
    private var request: HTTPRequest?
    private var isRefused = false
    /// Is set by another thread, before the connection goes on.
    private let response = Mutex<HTTPResponse?>(nil)
    private(set) var stream: EventStream?

    init(_ server: HTTPServer, _ connection: OpaquePointer, _ method: String, _ target: String) {
        unsafe (self.server, self.connection) = (server, connection)
        request = unsafe RequestReader.read(connection, method, target)
    }

    /// The head has come. `false`: the connection is to be closed.
    func begin() -> Bool {
        guard let request else { return refuse(HTTPResponse(400, text: "the path or the query is no text")) }
        if let length = request.header("content-length"), Int(length).map({ $0 > server.limits.body }) ?? true {
            return refuse(HTTPResponse(413, text: "expected at most \(server.limits.body) bytes"))
        }
        return server.application.refuse(request).map(refuse) ?? true
    }

    private func refuse(_ response: HTTPResponse) -> Bool {
        isRefused = true
        return queue(response)
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !isRefused else { return true }
        let count = request?.body.count ?? 0
        guard count + bytes.count <= server.limits.body else { return false }
        unsafe request?.body.append(contentsOf: bytes)
        return true
    }

    /// All of it has come; or, after it was answered on another thread, its response.
    func finish() -> Bool {
        if isRefused { return true }
        if let response = response.withLock({ $0.take() }) { return queue(response) }
        guard let request = request.take() else { return false }
        switch server.application.answer(request) {
        case .now(let response): return queue(response)
        case .later(let work): return leave(work)
        case .stream(let head, let stream): return begin(stream, head)
        }
    }

    private func leave(_ work: @escaping @Sendable () -> HTTPResponse) -> Bool {
        unsafe MHD_suspend_connection(connection)
        nonisolated(unsafe) let exchange = self
        let isTaken = server.crew.take { unsafe exchange.resume(work()) }
        if !isTaken { resume(HTTPResponse(503, text: "too many requests wait")) }
        return true
    }

    private func resume(_ response: HTTPResponse) {
        self.response.withLock { $0 = response }
        unsafe MHD_resume_connection(connection)
    }

    // MARK: Responses

    private func queue(_ response: HTTPResponse) -> Bool {
        let made = unsafe response.body.withUnsafeBytes {
            unsafe MHD_create_response_from_buffer(
                $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), chttp_copied)
        }
        guard let made = unsafe made else { return false }
        return unsafe send(made, response)
    }

    private func begin(_ stream: EventStream, _ head: HTTPResponse) -> Bool {
        self.stream = stream
        let reader = unsafe Unmanaged.passRetained(StreamReader(stream, connection))
        let made = unsafe MHD_create_response_from_callback(
            chttp_unknown_size, Self.block, readStream, reader.toOpaque(), freeReader)
        guard let made = unsafe made else {
            unsafe reader.release()
            return false
        }
        return unsafe send(made, head)
    }

    /// So much of a stream is taken at a time.
    private static let block = 2 * 1_024

    private func send(_ made: OpaquePointer, _ response: HTTPResponse) -> Bool {
        for header in response.headers { unsafe MHD_add_response_header(made, header.name, header.value) }
        // A connection has one request: nothing can come after it that somebody else takes for part of it.
        unsafe MHD_add_response_header(made, "Connection", "close")
        let result = unsafe MHD_queue_response(connection, UInt32(response.status), made)
        unsafe MHD_destroy_response(made)
        return result == chttp_yes
    }
}

/// What the library has of a stream.
@safe private final class StreamReader {
    let stream: EventStream
    nonisolated(unsafe) let connection: OpaquePointer

    init(_ stream: EventStream, _ connection: OpaquePointer) {
        unsafe (self.stream, self.connection) = (stream, connection)
    }
}

private func readStream(
    _ passed: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    guard let passed = unsafe passed, let buffer = unsafe buffer else { return chttp_end_of_stream }
    let reader = unsafe Unmanaged<StreamReader>.fromOpaque(passed).takeUnretainedValue()
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: size)
    return unsafe reader.stream.read(into: bytes, for: reader.connection) ?? chttp_end_of_stream
}

private func freeReader(_ passed: UnsafeMutableRawPointer?) {
    if let passed = unsafe passed { unsafe Unmanaged<StreamReader>.fromOpaque(passed).release() }
}
