/// How the function of an entry is implemented.
package enum FunctionKind: String, Hashable, Sendable, CaseIterable {
    case swift = "function.swift"
    case lua = "function.lua"
    case exec = "function.exec"
}
