import Glibc
import Jobs

// Functions that never return, for whoever looks where a process is. Not inlined, so that they are found by their names.

@inline(never)
func spinInKnownPlace() -> Never {
    while true { _ = getppid() }
}

@inline(never)
func waitInKnownPlace() -> Never {
    while true { pause() }
}

/// Two threads besides the main one, each at a place of its own.
func standInThreads() -> Never {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { _ in
            nameThread("spinner")
            spinInKnownPlace()
        }, nil)
    pthread_create(
        &thread, nil,
        { _ in
            nameThread("waiter")
            waitInKnownPlace()
        }, nil)
    while true { sleep(1_000) }
}

private func nameThread(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY)
    _ = Array(name.utf8).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    close(file)
}

/// The worker's loop never comes back to its wait for the next slot: the alarm finds it there.
func deadlock(_ context: JobContext) throws -> JobResult {
    signal(SIGALRM) { _ in waitInKnownPlace() }
    var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: 20_000))
    setitimer(__itimer_which_t(0), &timer, nil)
    return "ok"
}

func spin(_ context: JobContext) throws -> JobResult { spinInKnownPlace() }
