import Model
import Registry
import Testing
import Values

func load(_ text: String, limits: RegistryLimits = .init()) -> RegistryLoad {
    load(["registry.yaml": text], limits: limits)
}

func load(_ files: KeyValuePairs<String, String>, limits: RegistryLimits = .init()) -> RegistryLoad {
    RegistrySnapshot.load(files.map { RegistryFile(path: $0.key, bytes: Array($0.value.utf8)) }, limits: limits)
}

/// A file that somebody named, so that whatever is wrong with it is an error.
func load(named text: String, limits: RegistryLimits = .init()) -> RegistryLoad {
    RegistrySnapshot.load(
        [RegistryFile(path: "registry.yaml", bytes: Array(text.utf8), isNamed: true)], limits: limits)
}

/// The complaints about a registry of one file, as people read them.
func errors(in text: String, limits: RegistryLimits = .init()) -> [String] {
    load(named: text, limits: limits).errors.map(\.description)
}

/// A registry whose only entry has `data` beside its name and kind. `data` begins in line 5.
func registry(data: String) -> String {
    "namespace: app\nentries:\n- name: one\n  kind: test\n"
        + data.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
}

/// What `text` means as the value of a key.
func value(of text: String) -> Value? {
    load(registry(data: "v: \(text)")).snapshot?.entries.first?.data["v"]
}

/// What is wrong with `text` as the value of a key: the messages alone.
func messages(about text: String) -> [String] {
    load(registry(data: "v: \(text)")).errors.map(\.message)
}

/// A registry whose only entry is a job. `meta` and `rest` are flow pairs such as `interval: 1s`.
func job(meta: String = "interval: 1s", rest: String = "method: tick") -> String {
    """
    namespace: app
    entries:
    - {name: job.one, kind: function.swift, meta: {type: cron.job, \(meta)}, \(rest)}
    """
}

func jobMessages(_ text: String) throws -> [String] {
    let load = load(text)
    try #require(load.errors.isEmpty, "\(load.errors)")
    return JobEntries.definitions(in: load).errors.map(\.message)
}
