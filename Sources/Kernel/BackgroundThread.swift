internal import CLinux
internal import Glibc

/// A thread for what would hold up the one that must not wait. It ends with the process, if not before.
package enum BackgroundThread {
    package static let stackSize = 512 << 10

    /// `stackSize`: in bytes.
    package static func start(
        stackSize: Int = stackSize, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // The thread inherits that no signal is for it: they are for the one that reads them.
        let block = SignalBlock.all()
        defer { block.restore() }
        var thread = pthread_t()
        let work = unsafe Unmanaged.passRetained(Work(body))
        let code = unsafe pthread_create(&thread, &attributes, run, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw SystemError("pthread_create", code: code)
        }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func run(_ passed: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let passed = unsafe passed else { return nil }
    unsafe Unmanaged<Work>.fromOpaque(passed).takeRetainedValue().body()
    return nil
}
