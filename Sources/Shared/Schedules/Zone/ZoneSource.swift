/// Where time zones come from: this module makes no system calls of its own.
package struct ZoneSource: Sendable {
    package struct Failure: Error, Hashable, Sendable {
        /// What is wrong, to follow the quoted name: `is no time zone of this machine; did you mean 'Europe/Riga'?`.
        package let message: String

        /// What the zone says is not known now, and may be later.
        package let mayPass: Bool

        package init(_ message: String, mayPass: Bool = false) { (self.message, self.mayPass) = (message, mayPass) }
    }

    package typealias Zone = (name: ZoneName, rules: ZoneRules)

    private let lookUp: @Sendable (String?) -> Result<Zone, Failure>

    package init(_ lookUp: @escaping @Sendable (String?) -> Result<Zone, Failure>) { self.lookUp = lookUp }

    /// `name`: such as `Europe/Riga`; `nil`: the zone of this machine.
    package func zone(_ name: String?) throws(Failure) -> Zone { try lookUp(name).get() }

    /// Knows UTC alone.
    package static var utcOnly: ZoneSource {
        ZoneSource { name in
            guard name == nil || name == "UTC" else { return .failure(Failure("is not known here; expected UTC")) }
            return .success((ZoneName(name: "UTC", file: ""), .utc))
        }
    }
}
