internal import CHTTP
internal import Clocks
package import Kernel

/// HTTP/1.1 by libmicrohttpd. One thread accepts, one parses and writes, a few put together what takes time.
@safe package final class HTTPServer: Sendable {
    let application: any HTTPApplication
    let limits: HTTPLimits
    let crew: Crew
    private nonisolated(unsafe) var daemon: OpaquePointer?

    private static let stack = 512 * 1_024

    package init(_ application: any HTTPApplication, _ limits: HTTPLimits = HTTPLimits()) throws(SystemError) {
        (self.application, self.limits) = (application, limits)
        crew = try Crew(threads: limits.threads, queued: limits.queued)
    }

    /// It ends with the process.
    package func serve(_ listener: any Listener) throws(SystemError) {
        // For good: the library calls back as long as there is a process.
        let this = unsafe Unmanaged.passRetained(self).toOpaque()
        unsafe daemon = chttp_start(
            handle, complete, keepEscapes, this, UInt32(limits.answered), limits.memory,
            UInt32(limits.patience.count / 1_000_000_000), Self.stack)
        guard unsafe daemon != nil else { throw SystemError("MHD_start_daemon", code: SystemError.lastCode) }
        try BackgroundThread.start {
            do throws(SystemError) {
                try Doorkeeper(listener, self.limits) { self.add($0) }.run()
            } catch {
                StandardDescriptors.writeError("cronweb: \(error)\n")
                ThisProcess.exit(111)
            }
        }
    }

    private func add(_ socket: consuming Descriptor) { _ = unsafe chttp_add(daemon, socket.surrender()) }
}

// The library calls these, on its thread.

/// Paths and queries come as they were sent: what is wrong in them is refused, and not left out.
private func keepEscapes(
    _ passed: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
    var length = 0
    guard let text = unsafe text else { return 0 }
    while unsafe text[length] != 0 { length += 1 }
    return length
}

private func handle(
    _ passed: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ target: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ body: UnsafePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let passed = unsafe passed, let connection = unsafe connection, let target = unsafe target,
        let method = unsafe method, let size = unsafe size, let place = unsafe place
    else { return chttp_no }
    guard let known = unsafe place.pointee else {
        let server = unsafe Unmanaged<HTTPServer>.fromOpaque(passed).takeUnretainedValue()
        let exchange = unsafe Exchange(server, connection, String(cString: method), String(cString: target))
        unsafe place.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return exchange.begin() ? chttp_yes : chttp_no
    }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    guard unsafe size.pointee > 0 else { return exchange.finish() ? chttp_yes : chttp_no }
    let isTaken = unsafe exchange.take(UnsafeRawBufferPointer(start: body, count: size.pointee))
    unsafe size.pointee = 0
    return isTaken ? chttp_yes : chttp_no
}

private func complete(
    _ passed: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    guard let place = unsafe place, let known = unsafe place.pointee else { return }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue()
    unsafe place.pointee = nil
    exchange.stream?.end()
}
