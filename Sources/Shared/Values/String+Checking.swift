extension String {
    /// `nil` if the bytes are not UTF-8.
    // `String(validating:as:)` would do, but it is generic code that looks up its witnesses at each call: slow in the daemon,
    // and twelve kilobytes of the runtime's tables in every worker. Decoding mends what is wrong, which shows.
    package init?(checking bytes: UnsafeRawBufferPointer) {
        self.init(decoding: bytes, as: UTF8.self)
        let isSame = withUTF8 { decoded in
            guard decoded.count == bytes.count else { return false }
            for index in 0..<bytes.count where decoded[index] != bytes[index] { return false }
            return true
        }
        guard isSame else { return nil }
    }
}
