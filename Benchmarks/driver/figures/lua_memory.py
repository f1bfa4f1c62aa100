"""What an idle worker with Lua in it costs."""

from driver import registry
from driver.daemon import TICK, Daemon
from driver.figures.run_cost import FUNCTIONS
from driver.figures.worker_memory import mean_pss_kib, row

TITLE = "memory of an idle worker with Lua in it (PSS), after some runs, the mean over all that run"
MOST_KIB = 220
INTERVAL_SECONDS = 15
"""Between the runs a worker rests, and there is time to look."""
RUNS = 3


def measure(bench):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(bench.plan.jobs), f"{INTERVAL_SECONDS}s", FUNCTIONS["Lua"],
                        {"at_start": True})
        daemon.wait_until_ready()
        daemon.wait_for(TICK, RUNS * daemon.jobs, RUNS * INTERVAL_SECONDS + 60)
        mean = mean_pss_kib(daemon)
        daemon.stop()
    return [row("idle Lua worker memory", mean, MOST_KIB)]
