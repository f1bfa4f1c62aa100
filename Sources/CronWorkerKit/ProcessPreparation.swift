import Kernel
import Model

extension ProcessSettings {
    /// Makes this process what the settings say. In this order: what takes the daemon's rights comes before they are given up,
    /// and what its user must be allowed comes after.
    func apply() throws(SystemError) {
        if let oomScoreAdjustment { try ProcessRights.setOOMScoreAdjustment(oomScoreAdjustment) }
        if let nice { try ProcessRights.setNice(nice) }
        for limit in limits { try ProcessRights.setLimit(limit.resource.kernelLimit, limit.value) }
        if let umask { ProcessRights.setFileMask(umask) }
        if let identity {
            ProcessRights.giveOutput(to: identity.user, group: identity.group)
            try ProcessRights.become(
                user: identity.user, group: identity.group, supplementaryGroups: identity.supplementaryGroups)
        }
        try arrangeEnvironment()
        try enterDirectory()
        if hasNoNewPrivileges { try ProcessRights.forgoNewPrivileges() }
    }
}

extension ProcessSettings {
    private func enterDirectory() throws(SystemError) {
        guard let workingDirectory else { return }
        do throws(SystemError) {
            try Surroundings.changeDirectory(to: workingDirectory)
        } catch {
            guard isDirectoryOptional else { throw error }
            try Surroundings.changeDirectory(to: "/")
        }
    }
}

extension ProcessSettings {
    /// Removes the limit, for who has it instead of this process.
    mutating func takeProcessorTime() -> UInt64? {
        let seconds = limits.first { $0.resource == .cpuTime }?.value
        limits.removeAll { $0.resource == .cpuTime }
        return seconds
    }

    /// What comes later counts.
    private func arrangeEnvironment() throws(SystemError) {
        if !environment.isInherited {
            try Surroundings.clearVariables(keeping: ReservedVariables.prefix)
            try Surroundings.setVariable("PATH", Environment.path)
        }
        if let identity { for variable in identity.environment { try Self.set(variable) } }
        for variable in environment.variables { try Self.set(variable) }
    }

    private static func set(_ variable: ExecCommand.Variable) throws(SystemError) {
        try Surroundings.setVariable(variable.name, variable.value)
    }
}

extension ProcessSettings.Limit.Resource {
    fileprivate var kernelLimit: ProcessRights.Limit {
        switch self {
        case .addressSpace: .addressSpace
        case .cpuTime: .cpuTime
        case .openFiles: .openFiles
        case .processes: .processes
        case .fileSize: .fileSize
        case .core: .core
        }
    }
}
