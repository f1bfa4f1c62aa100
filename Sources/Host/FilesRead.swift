package import Kernel

/// Which files and directories there are of a registry, without what is in the files.
package enum RegistrySurvey: Hashable, Sendable {
    case found(files: [String: FileIdentity], directories: [String: FileIdentity.Key])
    case failed(Failure)
    /// A look at it found nothing that stands.
    case unknown

    /// Why it cannot be read.
    package struct Failure: Hashable, Sendable {
        fileprivate let reason: String
        /// What could not be read, and the directories that were.
        fileprivate let place: String
        fileprivate let directories: [String]
    }

    package static func take(_ path: String, _ trust: Trust) -> RegistrySurvey {
        let (reading, error) = RegistryReader.survey(path, from: TrustedFiles(trust))
        guard let error else { return reading.survey }
        return .failed(
            Failure(reason: "\(error)", place: error.object, directories: reading.directories.sorted()))
    }

    fileprivate var directories: [String] {
        switch self {
        case .found(_, let directories): Array(directories.keys)
        case .failed(let failure): failure.directories
        case .unknown: []
        }
    }

    fileprivate var files: [String] {
        switch self {
        case .found(let files, _): Array(files.keys)
        case .failed(let failure): [failure.place]
        case .unknown: []
        }
    }
}

extension RegistryReader.Reading {
    package var survey: RegistrySurvey {
        // A directory is another one by what is in it, of which each file that counts has its own row.
        .found(
            files: identities.filter { !directories.contains($0.key) },
            directories: identities.filter { directories.contains($0.key) }.mapValues(\.key))
    }
}

/// All that a load has looked at, as it was then.
package struct FilesRead: Hashable, Sendable {
    package let path: String
    package let registry: RegistrySurvey
    /// What the registry names: files of Lua, environment files, crontabs, programs.
    package let others: [String: FileMark]

    package init(_ path: String, _ registry: RegistrySurvey, _ others: [String: FileMark]) {
        (self.path, self.registry, self.others) = (path, registry, others)
    }

    /// The same as it is now.
    package func now(_ trust: Trust) -> FilesRead {
        var marks = others
        for (path, mark) in others { marks[path] = mark.now(at: path, trust) }
        return FilesRead(path, .take(path, trust), marks)
    }

    /// The paths to look at.
    package var files: [String] { [path] + registry.files + registry.directories + others.keys }

    /// The directories to which each new file counts.
    package var directories: [String] {
        registry.directories
            + others.compactMap { path, mark in if case .directory = mark { path } else { nil } }
    }

    /// The paths at which something else is now, in their order; that of the registry if nothing is known of its files.
    package func differences(to other: FilesRead) -> [String] {
        var paths = Self.differences(others, other.others)
        switch (registry, other.registry) {
        case (.found(let files, let directories), .found(let newFiles, let newDirectories)):
            paths += Self.differences(files, newFiles) + Self.differences(directories, newDirectories)
        default: if registry != other.registry { paths.append(path) }
        }
        return paths.sorted()
    }

    private static func differences<Mark: Equatable>(_ old: [String: Mark], _ new: [String: Mark]) -> [String] {
        old.filter { new[$0.key] != $0.value }.map(\.key) + new.keys.filter { old[$0] == nil }
    }
}
