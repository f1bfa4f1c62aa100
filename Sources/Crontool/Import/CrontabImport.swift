package import Schedules

/// Crontabs made into one registry file.
package struct CrontabImport: Sendable {
    /// Not to be used if there are errors: it lacks the lines that they are about.
    package let registry: String
    /// `file:line:column: message`, of all files.
    package let errors: [String]

    /// `namespace` must be a valid one.
    package init(_ files: [CrontabFile], namespace: String, zones: ZoneSource) {
        var (items, errors) = ([CrontabReader.Item](), [String]())
        var namer = EntryNamer()
        for file in files {
            var reader = CrontabReader(file, zones: zones)
            reader.read(&namer)
            items += reader.items
            errors += reader.errors
        }
        var text = RegistryText(namespace: namespace)
        text.add(items)
        (registry, self.errors) = (text.text, errors)
    }
}
