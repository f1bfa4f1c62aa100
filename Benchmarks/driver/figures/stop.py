"""From SIGTERM to the exit of the daemon, with all its workers idle."""

from driver import registry
from driver.daemon import Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row

TITLE = "SIGTERM with idle workers until the daemon has exited"
MOST_SECONDS = 1


def measure(bench):
    jobs = bench.plan.jobs
    seconds = []
    for _ in bench.rounds():
        with bench.folder() as folder:
            daemon = Daemon(bench, folder, registry.job_names(jobs), "1h")
            daemon.wait_until_ready()
            stop = daemon.stop()
        if stop.exit_code != 0 or stop.stopped != jobs:
            raise Failure(f"exit code {stop.exit_code}, {stop.stopped} of {jobs} workers stopped by themselves")
        seconds.append(stop.seconds)
        bench.say(f"{stop.seconds:.3f} s")
    value = median(seconds)
    return [Row(f"stop of {jobs} idle workers", f"{value:.3f} s, exit 0", target=f"exit 0 within {MOST_SECONDS} s",
                met=value <= MOST_SECONDS)]
