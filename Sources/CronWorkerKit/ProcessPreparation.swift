import Kernel
import Shared

extension ProcessSettings {
    /// Makes this process what the settings say. In this order: what takes the daemon's rights comes before they are given up.
    func apply() throws(SystemError) {
        if let oomScoreAdjustment { try ProcessRights.setOOMScoreAdjustment(oomScoreAdjustment) }
        if let nice { try ProcessRights.setNice(nice) }
        for limit in limits { try ProcessRights.setLimit(limit.resource.kernelLimit, limit.value) }
        if let umask { ProcessRights.setFileMask(umask) }
        if let identity {
            try ProcessRights.become(
                user: identity.user, group: identity.group, supplementaryGroups: identity.supplementaryGroups)
            for variable in identity.environment { ThisProcess.setEnvironment(variable.name, variable.value ?? "") }
        }
        if hasNoNewPrivileges { try ProcessRights.forgoNewPrivileges() }
    }
}

extension ProcessSettings.Limit.Resource {
    fileprivate var kernelLimit: ProcessRights.Limit {
        switch self {
        case .memory: .memory
        case .cpuTime: .cpuTime
        case .openFiles: .openFiles
        case .processes: .processes
        case .fileSize: .fileSize
        case .core: .core
        }
    }
}
