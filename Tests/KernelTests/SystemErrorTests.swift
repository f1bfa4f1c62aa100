import Glibc
import Testing

@testable import Kernel

@Suite("A failed system call")
struct SystemErrorTests {
    @Test("says what was called, on what, and why")
    func text() {
        #expect(SystemError("open", "/etc/x", code: EACCES).description == "open '/etc/x': Permission denied")
        #expect(SystemError("pipe2", code: EMFILE).description == "pipe2: Too many open files")
        #expect(SystemError("x", code: 0).reason == "Success")
        #expect(SystemError("x", code: 9_999).reason == "Unknown error 9999")
    }

    @Test("may be the machine's shortage, or nobody's", arguments: [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOBUFS])
    func shortage(code: Int32) {
        #expect(SystemError("x", code: code).isShortage)
        #expect(!SystemError("x", code: ENOENT).isShortage && !SystemError("x", code: EACCES).isShortage)
        #expect(SystemError("x", code: ENOENT).isNotFound && !SystemError("x", code: code).isNotFound)
    }

    @Test("is tried again if a signal came between")
    func interrupted() throws {
        var calls = 0
        let result: Int = try systemCall("x") {
            calls += 1
            errno = EINTR
            return calls < 3 ? -1 : 5
        }
        #expect(result == 5 && calls == 3)
    }

    @Test("has the errno of the call")
    func errorNumber() {
        #expect(throws: SystemError("x", "y", code: EXDEV)) {
            try systemCall("x", "y") {
                errno = EXDEV
                return -1
            }
        }
    }
}
