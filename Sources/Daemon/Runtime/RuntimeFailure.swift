package import Kernel

/// Why a daemon cannot have its runtime directory.
package enum RuntimeFailure: Error, CustomStringConvertible {
    /// Another daemon runs the same registry. `holder`: what it says of itself, its process ID.
    case busy(path: String, holder: String?)
    case unusable(SystemError)

    /// The place was chosen by the user, and others can write to it.
    package var isWrongInput: Bool { if case .unusable(let error) = self { error.isUntrusted } else { false } }

    package var description: String {
        switch self {
        case .busy: reason
        case .unusable: "no runtime directory: \(reason); --runtime-directory names another place"
        }
    }

    var reason: String {
        switch self {
        case .busy(let path, let holder):
            "'\(path)' is held by process \(holder ?? "(unknown)"): another cronsupd runs this registry"
        case .unusable(let error): error.description
        }
    }
}
