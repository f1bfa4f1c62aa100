"""How late the runs of jobs begin while others beside them go wrong in every run."""

import collections
import json
import os
import pathlib
import signal
import time

from driver import logs, procfs, registry
from driver.daemon import NO_RUN, STARTED, TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median, percentile
from driver.table import against
from driver.ticking import INTERVAL_SECONDS, WARM_UP_RUNS, lateness_without_run
from driver.waiting import RELAXED

TITLE = "lateness of ticks beside four jobs that loop, crash or are killed every second, against that with none of them"
MOST_OF_HEALTHY = {50: 1.1, 99: 1.25}
LUA_SOURCE = pathlib.Path(__file__).resolve().parents[2] / "Lua" / "spin.lua"
WORKER = "troubleworker"
TIMEOUT = {"timeout": "200ms"}
HASTE = {"lifecycle": {"restart": {"initial_delay": "1ms", "max_attempts": 0}, "stable_threshold": "100ms"}}
"""A worker that died is there again before the next slot, however often."""
OUTCOMES = {"trouble.lua": {"timeout"}, "trouble.swift": {"timeout"}, "trouble.fault": {"crashed"},
            "trouble.kill": {"ok", "crashed"}}
"""What the slots of the four may come to; those of all others come to `ok`."""
KILLED = "bench:trouble.kill"


def measure(bench):
    healthy, troubled = [], []
    for _ in bench.rounds():
        healthy.append(run(bench, {}, {}))
        troubled.append(run(bench, trouble(bench), OUTCOMES))
    rows, others = [], bench.plan.jobs - len(OUTCOMES)
    for percent, most in MOST_OF_HEALTHY.items():
        reference, ours = ([percentile(each, percent) for each in rounds] for rounds in (healthy, troubled))
        bench.say(f"p{percent}: beside four in trouble {ours} µs, none in trouble {reference} µs")
        rows.append(against(f"tick lateness p{percent} of {others} beside four in trouble", median(ours),
                            median(reference), "µs", "none in trouble", most))
    return rows


def trouble(bench):
    program = bench.paths.daemon.parent / WORKER
    if not program.exists():
        raise Failure(f"{WORKER} is not there; build it first: swift build -c release --product {WORKER}")
    swift = {"kind": "function.swift", "source": f"file://{program}"}
    return {
        "trouble.lua": registry.lua(LUA_SOURCE, "spin") | TIMEOUT,
        "trouble.swift": swift | {"method": "spin"} | TIMEOUT,
        "trouble.fault": swift | {"method": "fault"} | HASTE,
        "trouble.kill": registry.HEARTBEAT | HASTE,
    }


def run(bench, functions, outcomes):
    """The lateness in microseconds of the ticks of all but the four. Without `functions` and `outcomes` the four are
    like all others."""
    runs, names = WARM_UP_RUNS + bench.plan.tick_runs, job_names(bench.plan.jobs)
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, names, f"{INTERVAL_SECONDS}s", exceptions=functions)
        with Killer(daemon.log, enabled=bool(outcomes)) as killer:
            healthy = daemon.jobs - len(outcomes)
            daemon.wait_for(TICK, healthy * runs, runs * INTERVAL_SECONDS + 60, RELAXED, meanwhile=killer.kill_if_due)
        daemon.stop()
        without_run = check_outcomes(daemon, bench.plan.tick_runs, outcomes)
        counted = [int(tick["lateness_us"]) for tick in logs.records(daemon.log, TICK)
                   if name_of(tick) not in OUTCOMES and int(tick["run"]) > WARM_UP_RUNS]
        return counted + lateness_without_run(bench, without_run, healthy * runs)


def job_names(count):
    """The four stand among the others at equal distances. Jobs begin in this order, and so the phases of the four are
    spread like those of the others: two loops that begin in one instant would leave two processors for no one else."""
    names = registry.job_names(count)
    for index, name in enumerate(OUTCOMES):
        names[(2 * index + 1) * count // (2 * len(OUTCOMES))] = name
    return names


def name_of(record):
    return record["entry"].removeprefix("bench:")


def check_outcomes(daemon, runs, expected):
    """Every slot of every job has come to what it should, from the first behind the warm-up on: while all start, a slot
    may come due before its worker is there. Returns how many of all but the four came to no run."""
    counts, without_run = collections.defaultdict(collections.Counter), collections.Counter()
    for record in logs.records(daemon.log):
        if "outcome" in record and (name_of(record) in counts or int(record.get("run", 0)) > WARM_UP_RUNS):
            if record["message"] in NO_RUN:
                without_run[name_of(record)] += int(record["count"])
            else:
                counts[name_of(record)][record["outcome"]] += 1
    if len(counts) != daemon.jobs:
        raise Failure(f"{len(counts)} jobs have outcomes, expected {daemon.jobs}")
    for name, found in counts.items():
        allowed = expected.get(name, {"ok"})
        # One job has begun a run more than another when the last has had its number.
        if not allowed.issuperset(found) or found.total() + without_run[name] < runs - 2:
            raise Failure(f"{name} has the outcomes {dict(found)} and {without_run[name]} slots without a run, "
                          f"expected at least {runs - 2} of {sorted(allowed)}")
    return sum(count for name, count in without_run.items() if name not in OUTCOMES)


class Killer:
    """Kills the worker of one job once a second, as its number stands in the log."""

    def __init__(self, log, enabled):
        self._records, self._enabled = logs.LineCounter(log, logs.message(KILLED)), enabled
        self._due = time.monotonic() + INTERVAL_SECONDS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._records.__exit__()

    def kill_if_due(self):
        # With nothing to kill the log is read just the same.
        if self._records.read() == 0 or time.monotonic() < self._due or not self._enabled:
            return
        record = json.loads(self._records.last)
        if record["message"] in (STARTED, TICK) and KILLED in procfs.command_line(pid := int(record["pid"])):
            os.kill(pid, signal.SIGKILL)
            self._due = time.monotonic() + INTERVAL_SECONDS
