"""How long one run of a command takes."""

from driver import floors, logs, registry
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import against

TITLE = "a run of a command, from the timer's call to its result, against a bare posix_spawn and wait"
PROGRAM = "/bin/true"
MOST_OF_FLOOR = 1.5
INTERVAL_SECONDS = 0.02
WARM_UP_RUNS = 20


def measure(bench):
    ours, floor = [], []
    for _ in bench.rounds():
        ours.append(run_daemon(bench))
        floor.append(run_floor(bench))
        bench.say(f"cronsupd {ours[-1]:.0f} µs, bare spawn {floor[-1]:.0f} µs")
    return [against(f"a run of {PROGRAM}", median(ours), median(floor), "µs", "bare spawn", MOST_OF_FLOOR, digits=0)]


def run_daemon(bench):
    """The median of the durations that the log tells of."""
    runs = WARM_UP_RUNS + bench.plan.exec_runs
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(1), f"{INTERVAL_SECONDS}s",
                        registry.command(PROGRAM))
        daemon.wait_for(TICK, runs, runs * INTERVAL_SECONDS + 60)
        daemon.stop()
        ticks = list(logs.records(daemon.log, TICK))
    if failed := [tick for tick in ticks if tick["outcome"] != "ok"]:
        raise Failure(f"a run of {PROGRAM} failed: {failed[0]}")
    return typical(int(tick["duration_us"]) for tick in ticks)


def run_floor(bench):
    with bench.folder() as folder:
        return typical(floors.exec_run(bench, folder, PROGRAM, WARM_UP_RUNS + bench.plan.exec_runs, INTERVAL_SECONDS))


def typical(durations):
    return median(list(durations)[WARM_UP_RUNS:])
