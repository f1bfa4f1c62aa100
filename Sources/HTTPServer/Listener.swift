package import Kernel

/// Where connections come from.
package protocol Listener: AnyObject, Sendable {
    func accept() throws(SystemError) -> Descriptor?
    func watch(_ poller: borrowing Poller, token: UInt64) throws(SystemError)
    func unwatch(_ poller: borrowing Poller)
}

package final class NetworkListener: Listener {
    private let listener: InternetListener

    package init(_ address: InternetAddress) throws(SystemError) { listener = try InternetListener(address) }

    package var port: UInt16 { listener.port }
    package func accept() throws(SystemError) -> Descriptor? { try listener.accept() }
    package func watch(_ poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try poller.add(listener.descriptor, token: token, for: .read)
    }
    package func unwatch(_ poller: borrowing Poller) { poller.remove(listener.descriptor) }
}

package final class FileListener: Listener {
    private let listener: ListeningSocket

    /// `mode`: who may connect.
    package init(_ name: String, in directory: String, mode: UInt32) throws(SystemError) {
        listener = try ListeningSocket(name, in: directory, mode: mode)
    }

    package var path: String { listener.path }
    package func accept() throws(SystemError) -> Descriptor? { try listener.accept() }
    package func watch(_ poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try poller.add(listener.descriptor, token: token, for: .read)
    }
    package func unwatch(_ poller: borrowing Poller) { poller.remove(listener.descriptor) }
}
