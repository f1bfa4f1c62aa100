internal import Clocks
internal import Glibc

/// Where this process is, and what its environment is. What it starts has both from it.
package enum Surroundings {
    /// An absolute path (getcwd(3)).
    package static func directory() throws(SystemError) -> String {
        guard let path = unsafe getcwd(nil, 0) else { throw SystemError("getcwd", code: errno) }
        defer { unsafe free(path) }
        return unsafe PathText.text(of: path)
    }

    package static func changeDirectory(to path: String) throws(SystemError) {
        try systemCall("chdir", path) { unsafe withPath(path) { unsafe chdir($0) } }
    }

    /// `nil` takes the variable away. While there is one thread only (setenv(3)).
    package static func setVariable(_ name: String, _ value: String?) throws(SystemError) {
        if let value {
            try systemCall("setenv", name) { unsafe setenv(name, value, 1) }
        } else {
            try systemCall("unsetenv", name) { unsafe unsetenv(name) }
        }
    }

    /// Takes all variables away but those whose names begin with `prefix`.
    package static func clearVariables(keeping prefix: String) throws(SystemError) {
        let entries = ThisProcess.environment
        clearenv()
        for entry in entries {
            guard entry.hasPrefix(prefix), let sign = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            try setVariable(String(entry[..<sign]), String(entry[entry.utf8.index(after: sign)...]))
        }
    }
}
