"""The workload of two figures: jobs that run every second, and the floor at the same phases, by turns."""

import collections
import dataclasses
import re
import time

from driver import floors, logs, procfs, registry
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.waiting import RELAXED

INTERVAL_SECONDS = 1
MOST_SPAWNED_IN_A_MILLISECOND = 10
WARM_UP_RUNS = 2
"""The first runs of a job, which are not counted."""
MOST_WITHOUT_RUN = 0.01
"""Of all slots."""


@dataclasses.dataclass(frozen=True)
class Round:
    lateness: list[float]
    """Of the product's ticks, in microseconds."""
    floor_lateness: list[float]
    instants: int
    """How many different phases the jobs had: with few, all of them want to run at once."""
    core_share: float
    """The daemon's processor time, in percent of one core."""


def rounds(bench):
    return [run(bench) for _ in bench.rounds()]


def run(bench):
    with bench.folder() as folder:
        ticks, without_run, core_share = run_daemon(bench, folder)
        phases = first_phases(ticks)
        floor = floors.lateness(bench, folder, phases, bench.plan.tick_runs, WARM_UP_RUNS)
    counted = [int(tick["lateness_us"]) for tick in ticks if int(tick["run"]) > WARM_UP_RUNS]
    return Round(counted + without_run, floor, len(set(phases)), core_share)


def run_daemon(bench, folder):
    jobs, runs = bench.plan.jobs, bench.plan.tick_runs
    daemon = Daemon(bench, folder, registry.job_names(jobs), f"{INTERVAL_SECONDS}s")
    daemon.wait_until_ready()
    daemon.wait_for(TICK, jobs * WARM_UP_RUNS, 60)
    cpu, began = procfs.cpu_seconds(daemon.pid), time.monotonic()
    # A job may tick once more than another before the last has ticked as often as it should.
    daemon.wait_for(TICK, jobs * (WARM_UP_RUNS + runs), runs * INTERVAL_SECONDS + 60, RELAXED)
    core_share = (procfs.cpu_seconds(daemon.pid) - cpu) / (time.monotonic() - began) * 100
    if trouble := daemon.trouble():
        raise Failure(f"cronsupd complained: {trouble[:300]}")
    daemon.stop()
    without_run = lateness_without_run(bench, daemon.slots_without_run(), jobs * (WARM_UP_RUNS + runs))
    return list(logs.records(daemon.log, TICK)), without_run, core_share


def lateness_without_run(bench, count, slots):
    """The lateness of slots that came to no run: of a whole interval. One of them on a busy machine says little, and so
    the figure stands; if they are many, it does not."""
    if count:
        bench.say(f"{count} slots came to no run; each counts as late by {INTERVAL_SECONDS} s")
    if count > slots * MOST_WITHOUT_RUN:
        raise Failure(f"{count} of {slots} slots came to no run, expected at most {MOST_WITHOUT_RUN:.0%}")
    return [INTERVAL_SECONDS * 1_000_000] * count


def first_phases(ticks):
    """Where in the second each job's slots lie, in nanoseconds.

    The log shows milliseconds. A few jobs of the same millisecond are spread evenly over it: to wake them all in one
    instant would make the floor later than it is. More than can have been spawned in it share one instant, as here."""
    phases = {}
    for tick in ticks:
        phases.setdefault(tick["entry"], fraction_nanoseconds(tick["slot"]))
    sharing, seen, spread = collections.Counter(phases.values()), collections.Counter(), []
    for phase in phases.values():
        shift = seen[phase] * 1_000_000 // sharing[phase] if sharing[phase] <= MOST_SPAWNED_IN_A_MILLISECOND else 0
        seen[phase] += 1
        spread.append(phase + shift)
    return spread


def fraction_nanoseconds(instant):
    """Of an instant as RFC 3339 writes it, with any number of digits behind the point."""
    match = re.search(r"\.(\d+)", instant)
    return int(match[1].ljust(9, "0")[:9]) if match else 0
