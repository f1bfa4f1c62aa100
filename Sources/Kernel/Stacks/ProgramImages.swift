/// The files that a process's program consists of, each read when it is first asked for.
final class ProgramImages {
    /// The program's own file, by its own path: that in the map of its memory may be anybody's.
    private let program: String
    /// By inode; `nil`: cannot be read.
    private var images: [UInt64: ProgramImage?] = [:]

    static let most = 16

    init(program: String) { self.program = program }

    /// Of the program, or of what an administrator has installed: a job could map a file from a file system of its own, which need
    /// not answer, and this process would wait for it.
    func image(of region: MemoryMap.Region) -> ProgramImage? {
        guard region.inode != 0 else { return nil }
        if let known = images[region.inode] { return known }
        guard images.count < Self.most else { return nil }
        let image = ProgramImage(path: program, inode: region.inode) ?? installedImage(region)
        images[region.inode] = .some(image)
        return image
    }

    private func installedImage(_ region: MemoryMap.Region) -> ProgramImage? {
        guard ["/usr/", "/lib"].contains(where: { region.path.hasPrefix($0) }) else { return nil }
        return ProgramImage(path: region.path, inode: region.inode)
    }

    /// By inode and address.
    func symbols(of frames: [ThreadStack.Frame]) -> [UInt64: [UInt64: String]] {
        var symbols: [UInt64: [UInt64: String]] = [:]
        for (inode, addresses) in Dictionary(grouping: frames, by: \.inode) {
            guard case let image?? = images[inode] else { continue }
            symbols[inode] = image.symbols(at: Set(addresses.map(\.address)))
        }
        return symbols
    }
}
