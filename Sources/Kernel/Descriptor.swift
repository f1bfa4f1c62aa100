internal import CLinux
internal import Glibc

/// The owner of one open file descriptor, which it closes exactly once. Always close-on-exec.
package struct Descriptor: ~Copyable {
    let raw: Int32

    init(owning raw: Int32) { self.raw = raw }

    deinit {
        // No retry after EINTR: on Linux the descriptor is gone all the same (close(2)).
        close(raw)
    }

    /// Leaves the descriptor open, for others that use its number.
    package consuming func release() { discard self }

    /// Opens `path` for reading.
    package static func open(reading path: String) throws(SystemError) -> Descriptor {
        try open(path, flags: O_RDONLY | O_NONBLOCK)
    }

    /// Opens `path` for reading and writing, as for /dev/null.
    package static func open(updating path: String) throws(SystemError) -> Descriptor {
        try open(path, flags: O_RDWR)
    }

    /// Creates `path` or empties it, for writing; readable for its owner alone.
    package static func create(_ path: String) throws(SystemError) -> Descriptor {
        try open(path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    }

    /// Creates `path`, where nothing may be yet, not even a link.
    package static func createNew(_ path: String) throws(SystemError) -> Descriptor {
        try open(path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    }

    /// Waits until what was written outlives a loss of power (fsync(2)).
    package func sync(_ path: String) throws(SystemError) {
        let raw = raw
        try systemCall("fsync", path) { fsync(raw) }
    }

    static func open(_ path: String, flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
        Descriptor(
            owning: try systemCall("open", path) {
                unsafe withPath(path) { unsafe clinux_open($0, flags | O_CLOEXEC, mode) }
            })
    }

    /// Opens `name` in a directory that is open itself. `path`: what it is called in an error.
    static func open(
        _ name: String, in directory: Int32, _ path: String, flags: Int32, mode: mode_t = 0
    ) throws(SystemError) -> Descriptor {
        Descriptor(
            owning: try systemCall("open", path) {
                unsafe withPath(name) { unsafe clinux_openat(directory, $0, flags | O_CLOEXEC, mode) }
            })
    }

    /// Whether the path leads to what was opened: that may have been removed, or something else put in its place.
    func isStill(at path: String) -> Bool {
        var (held, found) = (stat(), stat())
        let isFound = unsafe withPath(path) { unsafe fstatat(AT_FDCWD, $0, &found, 0) } == 0
        guard unsafe isFound && fstat(raw, &held) == 0 else { return false }
        return held.st_dev == found.st_dev && held.st_ino == found.st_ino
    }

    /// A file in memory that holds `contents`, to be read from its beginning, and that nobody can change any more
    /// (memfd_create(2)).
    ///
    /// Who shares the open file shares the place in it: a second reader opens `/proc/self/fd/N`, maps it, or reads by
    /// offset. `name` is for people to see in /proc.
    package static func sealedMemory(
        _ name: String, _ contents: UnsafeRawBufferPointer
    ) throws(SystemError) -> Descriptor {
        let memory = Descriptor(owning: try systemCall("memfd_create", name) { unsafe clinux_sealable_memory(name) })
        try unsafe memory.writeAll(contents)
        try memory.seal(name)
        return memory
    }

    package static func sealedMemory(_ name: String, _ contents: [UInt8]) throws(SystemError) -> Descriptor {
        try unsafe contents.span.withUnsafeBytes { it throws(SystemError) in try unsafe sealedMemory(name, it) }
    }

    private func seal(_ name: String) throws(SystemError) {
        let raw = raw
        try systemCall("lseek", name) { lseek(raw, 0, SEEK_SET) }
        try systemCall("fcntl", name) { clinux_seal(raw) }
    }

    /// Takes over a descriptor that the process was started with, or `nil` if it is not open.
    package static func inherited(_ number: Int32) -> Descriptor? {
        guard clinux_fcntl(number, F_SETFD, FD_CLOEXEC) != -1 else { return nil }
        return Descriptor(owning: number)
    }

    /// A second descriptor for the same open file, numbered `minimum` or above.
    package func duplicate(atLeast minimum: Int32 = 3) throws(SystemError) -> Descriptor {
        let raw = raw
        return Descriptor(
            owning: try systemCall("fcntl", "descriptor \(raw)") { clinux_fcntl(raw, F_DUPFD_CLOEXEC, minimum) })
    }

    /// Makes reads and writes return at once. The flag belongs to the open file: everyone who shares it is affected.
    package func setNonblocking() throws(SystemError) {
        let raw = raw
        let flags = try systemCall("fcntl", "descriptor \(raw)") { clinux_fcntl(raw, F_GETFL, 0) }
        try systemCall("fcntl", "descriptor \(raw)") { clinux_fcntl(raw, F_SETFL, flags | O_NONBLOCK) }
    }

    /// Takes the right to the open file (flock(2)). Returns whether it was to be had: somebody else may have it, or a share in it.
    func lock(_ path: String) throws(SystemError) -> Bool {
        let raw = raw
        do throws(SystemError) {
            try systemCall("flock", path) { clinux_lock(raw) }
            return true
        } catch {
            if error.code == EWOULDBLOCK { return false }
            throw error
        }
    }

    package enum Transfer: Hashable, Sendable {
        case bytes(Int)
        case wouldBlock
        /// The end of the file when reading; no reader left when writing.
        case closed
    }

    /// Reads what is there, at most the buffer's size.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Transfer {
        let raw = raw
        let count = try readyCall("read", "descriptor \(raw)") {
            unsafe Glibc.read(raw, buffer.baseAddress, buffer.count)
        }
        guard let count else { return .wouldBlock }
        return count == 0 ? .closed : .bytes(count)
    }

    /// Reads into the array's elements from `offset` to its end.
    package func read(into array: inout [UInt8], from offset: Int) throws(SystemError) -> Transfer {
        try unsafe array.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
            try unsafe read(
                into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[offset...])))
        }
    }

    /// Copies the whole of a file to another one, from the beginning, whoever else reads it.
    package func copyAll(to other: borrowing Descriptor) throws(SystemError) {
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        var offset = off_t(0)
        let (raw, size) = (raw, bytes.count)
        while true {
            let place = offset
            let count = try systemCall("pread", "descriptor \(raw)") { unsafe pread(raw, &bytes, size, place) }
            guard count > 0 else { return }
            try other.writeAll(Array(bytes[..<count]))
            offset += off_t(count)
        }
    }

    /// Writes all of it at the beginning of a file, in the place of what is there (pwrite(2)).
    package func overwrite(_ bytes: [UInt8]) throws(SystemError) {
        let raw = raw
        let count = try systemCall("pwrite", "descriptor \(raw)") { unsafe pwrite(raw, bytes, bytes.count, 0) }
        if count != bytes.count { throw SystemError("pwrite", "descriptor \(raw)", code: EIO) }
    }

    /// The first bytes of a file, at most so many, wherever its reader or writer is (pread(2)).
    package func beginning(_ most: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        let raw = raw
        let count = try systemCall("pread", "descriptor \(raw)") { unsafe pread(raw, &bytes, most, 0) }
        bytes.removeLast(most - count)
        return bytes
    }

    /// Writes as much as can be written.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Transfer {
        do throws(SystemError) {
            let raw = raw
            let (start, size) = (bytes.baseAddress, bytes.count)
            let count = try readyCall("write", "descriptor \(raw)") { unsafe Glibc.write(raw, start, size) }
            return count.map { .bytes($0) } ?? .wouldBlock
        } catch {
            if error.code == EPIPE { return .closed }
            throw error
        }
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) -> Transfer {
        try unsafe bytes.span.withUnsafeBytes { it throws(SystemError) in try unsafe write(it) }
    }

    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        try unsafe bytes.span.withUnsafeBytes { it throws(SystemError) in try unsafe writeAll(it) }
    }

    /// Writes all of it, to a descriptor that blocks.
    package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            guard case .bytes(let count) = try unsafe write(rest) else {
                throw SystemError("write", "descriptor \(raw)", code: EPIPE)
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

/// The three descriptors that every program expects to be open.
package enum StandardDescriptors {
    /// Opens /dev/null for those of 0, 1 and 2 that are closed: the next pipe would get the number, and be taken for the
    /// standard output by whatever writes there.
    package static func ensureOpen() throws(SystemError) {
        for number in Int32(0)...2 where clinux_fcntl(number, F_GETFD, 0) == -1 {
            // The lowest free number is the one that is missing, since those below it are open.
            try systemCall("open", "/dev/null") { unsafe clinux_open("/dev/null", O_RDWR, 0) }
        }
    }

    /// Keeps whatever else this program was started with, by a shell or an editor, from the programs that it starts.
    package static func keepOthersPrivate() { clinux_close_on_exec_from(3) }

    /// Puts /dev/null in place of descriptor 0.
    package static func detachInput() throws(SystemError) {
        let null = try Descriptor.open(updating: "/dev/null")
        let raw = null.raw
        try systemCall("dup2", "descriptor 0") { dup2(raw, 0) }
    }

    /// Writes to the standard error, where a message goes that has no log to go to.
    package static func writeError(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = unsafe Glibc.write(2, bytes.baseAddress, bytes.count) }
    }

    /// The same, if there is room at this moment: a pipe or terminal may be full for ever.
    package static func tryToWriteError(_ text: String) {
        var entry = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
        if unsafe poll(&entry, 1, 0) > 0, entry.revents & Int16(POLLOUT) != 0 { writeError(text) }
    }

    package static func duplicateOutput() throws(SystemError) -> Descriptor { try duplicate(1) }
    package static func duplicateError() throws(SystemError) -> Descriptor { try duplicate(2) }

    private static func duplicate(_ number: Int32) throws(SystemError) -> Descriptor {
        Descriptor(owning: try systemCall("fcntl") { clinux_fcntl(number, F_DUPFD_CLOEXEC, 3) })
    }

    /// Writes all of `text` to the standard output, waiting for the reader.
    package static func writeOutput(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = try? unsafe writeOutput(UnsafeRawBufferPointer(bytes)) }
    }

    /// As `writeOutput(_:)`, for who must know whether it worked.
    package static func writeOutput(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            do throws(SystemError) {
                let chunk = unsafe rest
                let count = try systemCall("write", "standard output") {
                    unsafe Glibc.write(1, chunk.baseAddress, chunk.count)
                }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } catch {
                guard error.code == EAGAIN else { throw error }
                wait(for: 1, POLLOUT)
            }
        }
    }

    package static func writeOutput(_ bytes: [UInt8]) throws(SystemError) {
        try unsafe bytes.span.withUnsafeBytes { it throws(SystemError) in try unsafe writeOutput(it) }
    }

    /// Reads what has come on the standard input, waiting until something has; `nil` at its end.
    package static func readInput(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        while true {
            do throws(SystemError) {
                let count = try systemCall("read", "standard input") {
                    unsafe Glibc.read(0, buffer.baseAddress, buffer.count)
                }
                return count == 0 ? nil : count
            } catch {
                guard error.code == EAGAIN else { throw error }
                wait(for: 0, POLLIN)
            }
        }
    }

    /// All that comes on the standard input; of more than `limit` bytes no more than the next piece.
    package static func readInput(limit: Int = .max) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { unsafe block.deallocate() }
        while bytes.count <= limit, let count = try unsafe readInput(into: block) { unsafe bytes += block[..<count] }
        return bytes
    }

    private static func wait(for number: Int32, _ events: Int32) {
        var entry = pollfd(fd: number, events: Int16(events), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
    }
}

/// The C library's own buffering of the standard output, which `print` goes through.
package enum StandardOutputBuffer {
    /// Hands each line on as it ends, also into a pipe: what waits in a buffer is lost in a crash.
    package static func flushLines() { clinux_line_buffer_stdout() }

    /// Hands on what has come of a line that has not ended. It waits for room, as each write does.
    package static func flush() { clinux_flush_stdout() }
}

extension UnsafeRawBufferPointer {
    /// Where `byte` first occurs: memchr(3), which looks at many bytes at a time.
    package func firstIndex(ofByte byte: UInt8) -> Int? {
        guard let base = baseAddress, let found = unsafe memchr(base, Int32(byte), count) else { return nil }
        return unsafe UnsafeRawPointer(found) - base
    }
}
