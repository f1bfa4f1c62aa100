/// How much a registry may hold. Past a limit it is refused with an error that names the limit.
package struct RegistryLimits: Sendable {
    /// 4 MiB for each file: some 20,000 entries.
    package var fileBytes = 4 << 20
    /// 64 MiB for all files together, since all are in memory while the registry loads.
    package var totalBytes = 64 << 20
    /// How many lists and maps may stand inside each other, through aliases too.
    package var depth = 64
    /// Scalars, lists and maps in one file, with each alias counted as all that it names.
    package var fileNodes = 1_000_000
    /// As `fileNodes`, over all files: 40 for each of 100,000 entries.
    package var totalNodes = 4_000_000
    package var files = 10_000
    package var entries = 100_000
    /// How many errors are shown, and how many notes. The others are counted.
    package var diagnostics = 100

    package init() {}
}
