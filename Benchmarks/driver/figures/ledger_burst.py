"""How fast the ledger takes what comes at once."""

import time

from driver import procfs
from driver.daemon import Daemon
from driver.failure import Failure
from driver.figures.ledger import runs_in
from driver.figures.reports import ASKED
from driver.quantiles import median
from driver.table import Row

TITLE = "runs that come all at once, until the ledger has them"
JOURNAL = "256MiB"
WORKERS = 4
MOST_MICROSECONDS = 25
SECONDS = 300


def measure(bench):
    costs, rates = [], []
    for _ in bench.rounds():
        with bench.folder() as folder:
            cost, rate = run(bench, folder)
        costs.append(cost)
        rates.append(rate)
        bench.say(f"{cost:.1f} µs of processor time a row, {rate:,.0f} rows/s")
    cost = median(costs)
    return [Row(f"{bench.plan.burst_runs:,} runs at once, cronledger", f"{cost:.1f} µs a row",
                f"{median(rates):,.0f} rows/s", target=f"≤ {MOST_MICROSECONDS} µs a row",
                met=cost <= MOST_MICROSECONDS)]


def run(bench, folder):
    runs = bench.plan.burst_runs
    names = [f"flood.{number}.{ASKED.name}.{runs // WORKERS}" for number in range(1, WORKERS + 1)]
    daemon = Daemon(bench, folder, names, ASKED.interval, worker=bench.paths.floor("floodworker"),
                    ledger=["--journal-size", JOURNAL, "--ledger-patience", f"{SECONDS}s"])
    daemon.wait_for("Ledger started", 1, 60)
    keeper, began = daemon.ledger(), time.monotonic()
    cpu = procfs.cpu_seconds(keeper)
    seconds = wait(folder, runs, began)
    cpu = procfs.cpu_seconds(keeper) - cpu
    daemon.stop(SECONDS)
    return cpu / runs * 1e6, runs / seconds


def wait(folder, runs, began):
    """Returns how long it took until all are there."""
    while (kept := runs_in(folder)) < runs:
        if time.monotonic() - began > SECONDS:
            raise Failure(f"{kept:,} of {runs:,} runs are in the ledger after {SECONDS} s")
        time.sleep(0.1)
    return time.monotonic() - began
