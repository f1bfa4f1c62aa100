"""How many runs a second the daemon can hear of and log to a file."""

import dataclasses
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


@dataclasses.dataclass(frozen=True)
class Kind:
    name: str
    interval: str
    description: str


ASKED = Kind("asked", "1h", "runs without a slot")
DUE = Kind("due", "10ms", "runs with slots")


def measure(bench):
    plan = bench.plan
    floods = [(workers, plan.reports // workers, ASKED) for workers in plan.flood_workers]
    return [measure_flood(bench, *flood) for flood in floods + [(plan.jobs, plan.slots_per_flood, DUE)]]


def measure_flood(bench, workers, runs, kind):
    ours, floor = [], []
    for _ in bench.rounds():
        with bench.folder() as folder:
            ours.append(run_daemon(bench, folder, workers, runs, kind))
        with bench.folder() as folder:
            floor.append(floors.reports(bench, folder, workers, runs, kind.name))
        bench.say(f"{workers} workers: cronsupd {ours[-1]:,.0f}/s, bare loop {floor[-1]:,.0f}/s")
    value, reference = median(ours), median(floor)
    return Row(f"{kind.description}, {workers} workers", f"{value:,.0f}/s", f"bare loop {reference:,.0f}/s",
               value / reference, f"≥ {LEAST_PER_SECOND:,}/s", value >= LEAST_PER_SECOND, more_is_better=True)


def run_daemon(bench, folder, workers, runs, kind):
    """Ticks a second. Each stands for two reports, `begin` and `end`."""
    names = [f"flood.{number}.{kind.name}.{runs}" for number in range(1, workers + 1)]
    daemon = Daemon(bench, folder, names, kind.interval, worker=bench.paths.floor("floodworker"))
    daemon.wait_for(TICK, 1, 60)
    first, cpu = time.monotonic(), procfs.cpu_seconds(daemon.pid)
    # Only the size is looked at meanwhile: to read along would take a processor from the workers.
    _, last = wait_until_steady(lambda: os.stat(daemon.log).st_size, QUIET_SECONDS, 300, "the log")
    seconds, cpu = last - first, procfs.cpu_seconds(daemon.pid) - cpu
    ticks = daemon.count(TICK)
    if ticks != workers * runs:
        raise Failure(f"{ticks:,} of {workers * runs:,} runs were logged; cronsupd says: {daemon.trouble()}")
    daemon.stop()
    bench.say(f"{workers} workers: cronsupd took {cpu / seconds * 100:.0f} % of a core, "
              f"{cpu / ticks * 1e6:.2f} µs a run")
    return ticks / seconds
