"""The figures, by the names that `--only` takes, in the order of the table."""

import sys

from driver import table
from driver.failure import Failure
from driver.figures import (
    daemon_memory, exec_run, history, idle, lateness, ledger, ledger_burst, lua_memory, lua_sum, metrics, neighbours,
    orphans, replacement, reports, run_cost, scale, schedule, start, status, stop, tick_cpu, worker_memory)

FIGURES = {
    "start": start,
    "daemon-memory": daemon_memory,
    "worker-memory": worker_memory,
    "lua-memory": lua_memory,
    "lateness": lateness,
    "neighbours": neighbours,
    "tick-cpu": tick_cpu,
    "run-cost": run_cost,
    "exec-run": exec_run,
    "lua-sum": lua_sum,
    "reports": reports,
    "idle": idle,
    "scale": scale,
    "stop": stop,
    "replacement": replacement,
    "orphans": orphans,
    "schedule": schedule,
    "ledger": ledger,
    "ledger-burst": ledger_burst,
    "history": history,
    "status": status,
    "metrics": metrics,
}


def measure(names, bench):
    """The rows of all figures, and whether one of them could not be measured."""
    rows, failed = [], False
    for name in names:
        announce(name)
        found = measure_one(name, bench)
        failed = failed or found is None
        rows += found or [table.failure(name)]
    return rows, failed


def announce(name):
    print(f"{name}: {FIGURES[name].TITLE}", file=sys.stderr, flush=True)


def measure_one(name, bench):
    """The rows of a figure; `None` if it could not be measured, which is said."""
    try:
        return FIGURES[name].measure(bench)
    except (Failure, OSError) as failure:
        bench.say(f"failed: {failure}")
        return None
