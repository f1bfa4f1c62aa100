package import Clocks
package import Kernel
package import Registry

/// Reads a registry's files from the disk: one file, or a directory with all below it.
package enum RegistryReader {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        /// The machine's trouble, not the registry's.
        package var shortage: SystemError?

        /// What is at the path changes faster than it can be read.
        package init(restless path: String) { description = "'\(path)' changes faster than it can be read" }

        fileprivate init(_ error: SystemError) {
            (description, shortage) = (error.description, error.isShortage ? error : nil)
        }
    }

    /// The files as they were at one moment.
    package struct Reading {
        package var files: [RegistryFile] = []
        /// Notes on what looks like a file and is not read.
        package var ignored: Diagnostics
        /// Of every file and directory that was looked at.
        fileprivate(set) var identities: [String: FileIdentity] = [:]
        fileprivate(set) var directories: Set<String> = []
        /// The files are only looked at, and not read.
        fileprivate var isSurvey = false

        /// Of what was found at the path; `nil` if it was not looked at.
        package func identity(of path: String) -> FileIdentity? { identities[path] }

        /// When the registry was last written to.
        package var modified: WallInstant { identities.values.map(\.modified).max() ?? WallInstant(nanoseconds: 0) }

        /// Whether nothing was written since.
        package var isCurrent: Bool {
            identities.allSatisfy { path, identity in (try? FileSystem.status(path).identity) == identity }
        }
    }

    private static let deepestDirectory = 32

    /// `nil`: something was written while it was read; to be tried again.
    package static func read(
        _ path: String, from disk: TrustedFiles = TrustedFiles(.unasked), limits: RegistryLimits = .init()
    ) throws(Failure) -> Reading? {
        try read(path, disk, limits: limits, missing: nil)
    }

    /// `missing`: what was listed and not there a moment ago.
    private static func read(
        _ path: String, _ disk: TrustedFiles, limits: RegistryLimits, missing: String?
    ) throws(Failure) -> Reading? {
        do throws(SystemError) {
            guard let reading = try readOnce(path, disk, limits) else { return nil }
            for (path, identity) in reading.identities where try FileSystem.status(path).identity != identity {
                return nil
            }
            return reading
        } catch {
            // What was listed and is gone now is a write like any other, unless it is listed again: a link that leads nowhere.
            if error.isNotFound, error.object != path, missing != error.object {
                // Its directory may be another one by now.
                disk.forget()
                return missing == nil ? try read(path, disk, limits: limits, missing: error.object) : nil
            }
            throw Failure(error)
        }
    }

    /// The same without the contents of the files, as far as it goes.
    static func survey(_ path: String, from disk: TrustedFiles) -> (reading: Reading, error: SystemError?) {
        var reading = Reading(ignored: Diagnostics(limit: 0))
        reading.isSurvey = true
        do throws(SystemError) {
            _ = try readOnce(path, disk, RegistryLimits(), &reading)
            return (reading, nil)
        } catch {
            return (reading, error)
        }
    }

    /// As `read`, again and again while something is written.
    package static func readPatiently(_ path: String, trust: Trust = .unasked) throws(Failure) -> Reading {
        for _ in 0..<100 {
            if let reading = try read(path, from: TrustedFiles(trust)) { return reading }
        }
        throw Failure(restless: path)
    }

    private static func readOnce(
        _ path: String, _ disk: TrustedFiles, _ limits: RegistryLimits
    ) throws(SystemError) -> Reading? {
        var reading = Reading(ignored: Diagnostics(limit: limits.diagnostics))
        return try readOnce(path, disk, limits, &reading) ? reading : nil
    }

    /// Returns whether nothing was written meanwhile.
    private static func readOnce(
        _ path: String, _ disk: TrustedFiles, _ limits: RegistryLimits, _ reading: inout Reading
    ) throws(SystemError) -> Bool {
        let (kind, identity) = try FileSystem.status(path)
        guard kind == .directory else { return try readFile(path, isNamed: true, disk, limits, &reading) }
        return try readDirectory(path, identity, depth: 0, disk, limits, &reading)
    }

    private static func readDirectory(
        _ path: String, _ identity: FileIdentity, depth: Int, _ disk: TrustedFiles, _ limits: RegistryLimits,
        _ reading: inout Reading
    ) throws(SystemError) -> Bool {
        guard depth <= deepestDirectory else { throw SystemError("opendir", path, code: SystemError.tooManyLinks) }
        reading.identities[path] = identity
        reading.directories.insert(path)
        for name in try disk.names(in: path) where !name.hasPrefix(".") {
            let child = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            guard let (kind, identity) = try status(child) else { continue }
            switch kind {
            case .directory:
                guard try readDirectory(child, identity, depth: depth + 1, disk, limits, &reading) else { return false }
            case .regular where isDefinition(name):
                guard try readFile(child, isNamed: false, disk, limits, &reading) else { return false }
            case .regular:
                if isDefinition(name.lowercased()) { ignore(child, .suffix, &reading) }
            case .pipe, .socket, .device, .other:
                if isDefinition(name.lowercased()) { ignore(child, .special(kind.phrase), &reading) }
            }
        }
        return true
    }

    /// Of the names of registry files, without the dot.
    package static let suffixes = ["yaml", "yml"]

    private static func isDefinition(_ name: String) -> Bool { suffixes.contains { name.hasSuffix("." + $0) } }

    private static func ignore(
        _ path: String, _ reason: IgnoredFile.Reason, _ reading: inout Reading
    ) {
        reading.ignored.add(IgnoredFile(path: path, reason))
    }

    /// `nil`: a link that leads nowhere, and that would not be read if it led to a file.
    private static func status(_ path: String) throws(SystemError) -> (kind: FileKind, identity: FileIdentity)? {
        do throws(SystemError) {
            return try FileSystem.status(path)
        } catch {
            if error.isNotFound, !isDefinition(path), (try? FileSystem.linkTarget(path)) != nil { return nil }
            throw error
        }
    }

    private static func readFile(
        _ path: String, isNamed: Bool, _ disk: TrustedFiles, _ limits: RegistryLimits, _ reading: inout Reading
    ) throws(SystemError) -> Bool {
        if reading.isSurvey {
            reading.identities[path] = try FileSystem.status(path).identity
            return true
        }
        guard let (bytes, identity) = try disk.contents(of: path, limit: limits.fileBytes) else { return false }
        reading.identities[path] = identity
        // One too many is enough for the error, and keeps a directory of a million files from filling the memory.
        if reading.files.count <= limits.files {
            reading.files.append(RegistryFile(path: path, bytes: bytes, isNamed: isNamed))
        }
        return true
    }
}

extension FileKind {
    fileprivate var phrase: String {
        switch self {
        case .regular: "a regular file"
        case .directory: "a directory"
        case .pipe: "a named pipe (FIFO)"
        case .socket: "a socket"
        case .device: "a device"
        case .other: "a special file"
        }
    }
}
