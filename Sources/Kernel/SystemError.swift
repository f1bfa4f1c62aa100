internal import CLinux
internal import Clocks
internal import Glibc

/// A system call that failed, and on what: `open '/etc/x': Permission denied`.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let call: String
    /// The path, process or descriptor it was called for; empty if there is none.
    package let object: String
    /// From errno(3).
    package let code: Int32

    /// Says more than errno can, instead of its text.
    private let note: String?
    /// The call was not made: somebody who is not trusted may have written the file, or can turn its path (`Trust`).
    package let isUntrusted: Bool

    package init(_ call: String, _ object: String = "", code: Int32, note: String? = nil, isUntrusted: Bool = false) {
        (self.call, self.object, self.code, self.note) = (call, object, code, note)
        self.isUntrusted = isUntrusted
    }

    package var description: String {
        object.isEmpty ? "\(call): \(reason)" : "\(call) '\(PathText.shown(object))': \(reason)"
    }

    package var reason: String { unsafe note ?? String(cString: strerror(code)) }

    /// The machine is short of processes, memory or descriptors: nobody's fault, and likely to pass.
    package var isShortage: Bool { [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOBUFS].contains(code) }

    /// The same failure, of what somebody has named.
    package func of(_ object: String) -> SystemError {
        SystemError(call, object, code: code, note: note, isUntrusted: isUntrusted)
    }

    /// The same call may well succeed later, and says nothing of its object now.
    package var mayPass: Bool { isShortage || code == EIO || code == ESTALE }

    /// That of the call that a library has made last in this thread.
    package static var lastCode: Int32 { errno }

    /// ELOOP, for a directory that leads back into itself.
    package static var tooManyLinks: Int32 { ELOOP }

    /// Not all of it was written, or was there to be read.
    package static func short(_ object: String) -> SystemError { SystemError("write", object, code: EIO) }

    package var isBusy: Bool { code == EBUSY }

    package var isInTheWay: Bool { code == EEXIST }

    /// The other end of a connection has gone.
    package var isBroken: Bool { code == EPIPE || code == ECONNRESET }
    package var isNotFound: Bool { code == ENOENT }
    package var isReadOnly: Bool { code == EROFS }

    /// A directory stands where a file was looked for, or a file where a directory was.
    package var isNoFile: Bool { code == EISDIR || code == ENOTDIR }

    /// The program cannot be run as it is: no such file, not executable, no program (execve(2)).
    package var isBadProgram: Bool { call == "execve" && [ENOENT, EACCES, ENOEXEC, ENOTDIR, EISDIR].contains(code) }
}

/// The one way from -1 and errno to an error: reads errno in the very next expression, and calls again after EINTR.
@discardableResult
func systemCall<Result: SignedInteger>(
    _ call: String, _ object: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result {
    switch uninterrupted(body) {
    case .success(let result): return result
    case .failure(let code): throw SystemError(call, object(), code: code.number)
    }
}

/// The same of a call that may have nothing to do now; then `nil`. That is no failure, and comes at each turn of a loop: no error
/// is made of it.
func readyCall<Result: SignedInteger>(
    _ call: String, _ object: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result? {
    switch uninterrupted(body) {
    case .success(let result): return result
    case .failure(let code) where code.number == EAGAIN: return nil
    case .failure(let code): throw SystemError(call, object(), code: code.number)
    }
}

private struct ErrorNumber: Error { let number: Int32 }

private func uninterrupted<Value: SignedInteger>(_ body: () -> Value) -> Result<Value, ErrorNumber> {
    while true {
        let result = body()
        if result != -1 { return .success(result) }
        let code = errno
        if code != EINTR { return .failure(ErrorNumber(number: code)) }
    }
}
