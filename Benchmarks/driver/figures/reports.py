"""How many runs a second the daemon can hear of and log to a file."""

import os
import time

from driver import floors, procfs
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row
from driver.waiting import wait_until_steady

TITLE = "reports taken, parsed and logged to a file, against a bare loop that copies lines"
LEAST_PER_SECOND = 150_000
QUIET_SECONDS = 1
"""A log that has not grown for so long has all that will come."""


def measure(bench):
    return [measure_with(bench, workers) for workers in bench.plan.flood_workers]


def measure_with(bench, workers):
    runs = bench.plan.reports // workers
    ours, floor = [], []
    for _ in bench.rounds():
        with bench.folder() as folder:
            ours.append(run_daemon(bench, folder, workers, runs))
        with bench.folder() as folder:
            floor.append(floors.reports(bench, folder, workers, runs))
        bench.say(f"{workers} workers: cronsupd {ours[-1]:,.0f}/s, bare loop {floor[-1]:,.0f}/s")
    value, reference = median(ours), median(floor)
    return Row(f"reports logged, {workers} workers", f"{value:,.0f}/s", f"bare loop {reference:,.0f}/s",
               value / reference, f"≥ {LEAST_PER_SECOND:,}/s", value >= LEAST_PER_SECOND)


def run_daemon(bench, folder, workers, runs):
    """Ticks a second. Each stands for two reports, `begin` and `end`."""
    names = [f"flood.{number}.{runs}" for number in range(1, workers + 1)]
    daemon = Daemon(bench, folder, names, "10ms", worker=bench.paths.floor("floodworker"))
    daemon.wait_for(TICK, 1, 60)
    first, cpu = time.monotonic(), procfs.cpu_seconds(daemon.pid)
    # Only the size is looked at meanwhile: to read along would take a processor from the workers.
    _, last = wait_until_steady(lambda: os.stat(daemon.log).st_size, QUIET_SECONDS, 300, "the log")
    seconds, cpu = last - first, procfs.cpu_seconds(daemon.pid) - cpu
    ticks = daemon.count(TICK)
    if ticks != workers * runs:
        raise Failure(f"{ticks:,} of {workers * runs:,} runs were logged; cronsupd says: {daemon.trouble()}")
    daemon.stop()
    bench.say(f"{workers} workers: cronsupd took {cpu / seconds * 100:.0f} % of a core, {cpu / ticks * 1e6:.2f} µs a run")
    return ticks / seconds
