internal import Glibc

/// A NULL-terminated array of C strings, as execve(2) takes it.
@safe final class CStringArray {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe pointer = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { unsafe pointer[index] = strdup(string) }
        unsafe pointer[count] = nil
    }

    /// With the bytes that the paths stand for (`PathText`).
    init(paths: [String]) {
        count = paths.count
        unsafe pointer = .allocate(capacity: count + 1)
        for (index, path) in paths.enumerated() { unsafe pointer[index] = withPath(path) { unsafe strdup($0) } }
        unsafe pointer[count] = nil
    }

    deinit {
        for index in 0..<count { unsafe free(pointer[index]) }
        unsafe pointer.deallocate()
    }
}
