"""A daemon with many jobs: start, run, reload, stop."""

import time

from driver import floors, logs, registry
from driver.daemon import STARTED, STOPPED, TICK, Daemon
from driver.failure import Failure
from driver.table import Row
from driver.waiting import wait_until

TITLE = "many jobs: start, run, reload, stop without running out of anything"
REPLACED = 10
"""How many jobs the reload removes, and how many it adds."""
MOST_SECONDS = 120


def measure(bench):
    jobs, interval = bench.plan.scale_jobs, bench.plan.scale_interval
    figure = f"{jobs} jobs × {interval}"
    with bench.folder() as folder:
        floor, _ = floors.spawn(bench, folder, jobs)
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(jobs), interval)
        rows = [start(figure, daemon.wait_until_ready(MOST_SECONDS), floor)]
        rows.append(step(figure, "every job has run", wait_for_all_to_run(daemon)))
        rows.append(step(figure, f"reload, {REPLACED} replaced", reload(daemon, jobs, interval)))
        if len(daemon.workers()) != jobs:
            raise Failure(f"cronsupd has {len(daemon.workers())} workers after the reload, expected {jobs}")
        if trouble := daemon.trouble():
            raise Failure(f"cronsupd complained: {trouble[:300]}")
        stop = daemon.stop(MOST_SECONDS)
        daemon.say_slots_without_run()
    expected = jobs + REPLACED
    rows.append(Row(f"{figure}: stop", f"{stop.seconds:.2f} s, exit {stop.exit_code}",
                    target=f"exit 0, {expected} stopped", met=stop.exit_code == 0 and stop.stopped == expected))
    return rows


def start(figure, seconds, floor):
    return Row(f"{figure}: start", f"{seconds:.2f} s", f"spawn loop {floor:.2f} s", seconds / floor, "no error", True)


def step(figure, name, seconds):
    return Row(f"{figure}: {name}", f"{seconds:.2f} s", target="no error", met=True)


def wait_for_all_to_run(daemon):
    """Since the daemon's start; every job's first run is an interval after its own."""
    daemon.wait_for(TICK, daemon.jobs, MOST_SECONDS)
    wait_until(lambda: len({tick["entry"] for tick in logs.records(daemon.log, TICK)}) == daemon.jobs, MOST_SECONDS,
               "a run of every job")
    return time.monotonic() - daemon.began


def reload(daemon, jobs, interval):
    began = time.monotonic()
    daemon.reload(registry.job_names(jobs, first=1 + REPLACED), interval)
    daemon.wait_for(STOPPED, REPLACED, MOST_SECONDS)
    daemon.wait_for(STARTED, jobs + REPLACED, MOST_SECONDS)
    seconds = time.monotonic() - began
    stopped = daemon.count(STOPPED)
    if stopped != REPLACED:
        raise Failure(f"the reload stopped {stopped} workers, expected the {REPLACED} whose jobs are gone")
    return seconds
