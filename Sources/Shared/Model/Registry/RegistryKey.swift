import Values

/// What tells apart the traces of daemons with different registries, such as their control groups.
package enum RegistryKey {
    /// 16 hexadecimal digits, the same in every life of a daemon. `path`: absolute, and without links.
    package static func of(_ path: String) -> String {
        let digits = String(StableHash.of(Array(path.utf8)), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
