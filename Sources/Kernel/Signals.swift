internal import CLinux
internal import Glibc

package enum Signal: Int32, Hashable, Sendable {
    case hangUp = 1
    case interrupt = 2
    case quit = 3
    case kill = 9
    case user1 = 10
    case user2 = 12
    case terminate = 15
    case child = 17
    case `continue` = 18
    case stop = 19
}

extension sigset_t {
    init(_ signals: [Signal]) {
        self.init()
        unsafe sigemptyset(&self)
        for signal in signals { unsafe sigaddset(&self, signal.rawValue) }
    }
}

/// Signals as a stream to read from (signalfd(2)), never as handlers.
package struct SignalQueue: ~Copyable {
    package let descriptor: Descriptor

    /// Blocks every signal that can be blocked and takes back every disposition that was inherited as ignored. To be called
    /// before anything else: until then each signal has its default action.
    package static func blockAll() {
        var all = sigset_t()
        unsafe sigfillset(&all)
        // Faults of this very program stay as they are: a blocked SIGSEGV kills without a core or a word (signal(7)).
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] { unsafe sigdelset(&all, fault) }
        unsafe sigprocmask(SIG_SETMASK, &all, nil)
        var action = sigaction()
        for number in Int32(1)...31 where number != SIGKILL && number != SIGSTOP {
            guard unsafe sigaction(number, nil, &action) == 0, Self.isIgnored(action) else { continue }
            unsafe action.__sigaction_handler.sa_handler = nil
            unsafe sigaction(number, &action, nil)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// The signals to be read here; they must be blocked.
    package init(_ signals: [Signal]) throws(SystemError) {
        var set = sigset_t(signals)
        let flags = Int32(SFD_CLOEXEC | SFD_NONBLOCK)
        descriptor = Descriptor(owning: try systemCall("signalfd") { unsafe signalfd(-1, &set, flags) })
    }

    /// Takes the signals that have come; the same one several times counts once, as the kernel has it.
    package func take() throws(SystemError) -> [Signal] {
        var signals: [Signal] = []
        var info = signalfd_siginfo()
        while true {
            let transfer = try unsafe withUnsafeMutableBytes(of: &info) { bytes throws(SystemError) in
                try unsafe descriptor.read(into: bytes)
            }
            guard case .bytes = transfer else { return signals }
            if let signal = Signal(rawValue: Int32(info.ssi_signo)) { signals.append(signal) }
        }
    }
}

/// Holds signals back from this thread, to be read from a `SignalQueue`.
///
/// A thread that was there before and has them open still takes those that are sent to the process.
package struct SignalBlock {
    private var previous = sigset_t()

    package init(_ signals: [Signal]) {
        self.init(sigset_t(signals))
    }

    private init(_ set: sigset_t) {
        var set = set
        unsafe pthread_sigmask(SIG_BLOCK, &set, &previous)
    }

    static func all() -> SignalBlock {
        var set = sigset_t()
        unsafe sigfillset(&set)
        return SignalBlock(set)
    }

    /// As it was before. A signal that came and was not read does now what it would have done then.
    package func restore() {
        var previous = previous
        unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
    }
}

package enum BrokenPipe {
    /// Makes a write into a pipe without a reader fail with EPIPE instead of ending the process. A handler that does nothing,
    /// and not SIG_IGN: programs that this one starts get the default back, where an ignored signal would stay ignored.
    package static func becomesAnError() {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in }
        action.sa_flags = SA_RESTART
        unsafe sigaction(SIGPIPE, &action, nil)
    }
}
