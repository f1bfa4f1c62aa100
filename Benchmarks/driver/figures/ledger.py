"""What a ledger costs: beside the same daemon without one, by turns."""

import contextlib
import dataclasses
import sqlite3
import time

from driver import procfs, registry
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row, against
from driver.waiting import RELAXED

TITLE = "a ledger of jobs that run every second, against a daemon without one"
INTERVAL_SECONDS = 1
WARM_UP_RUNS = 2
MOST_OF_DAEMON = 1.03
MOST_OF_START = 1.05
MOST_PERCENT = 2
MOST_BYTES = 2_500
MOST_KIB = 12 * 1_024


@dataclasses.dataclass(frozen=True)
class Side:
    core_share: float
    """The daemon's processor time, in percent of one core."""
    start_seconds: float
    ledger_share: float = 0
    bytes_a_row: float = 0
    private_kib: int = 0


def measure(bench):
    without, with_one = [], []
    for _ in bench.rounds():
        without.append(run(bench, None))
        with_one.append(run(bench, []))
        bench.say(f"daemon {without[-1].core_share:.2f} % without, {with_one[-1].core_share:.2f} % with; cronledger "
                  f"{with_one[-1].ledger_share:.2f} %, {with_one[-1].bytes_a_row:,.0f} bytes a row")
    return rows(bench.plan.jobs, without, with_one)


def rows(jobs, without, with_one):
    def of(sides, field):
        return median([getattr(side, field) for side in sides])
    figure = f"{jobs} × {INTERVAL_SECONDS}s"
    share, size, memory = (of(with_one, field) for field in ("ledger_share", "bytes_a_row", "private_kib"))
    return [
        against(f"daemon CPU with a ledger, {figure}", of(with_one, "core_share"), of(without, "core_share"), "%",
                "without", MOST_OF_DAEMON, digits=2),
        against(f"start of {jobs} jobs with a ledger", of(with_one, "start_seconds"), of(without, "start_seconds"),
                "s", "without", MOST_OF_START, digits=3),
        Row(f"cronledger CPU, {figure}", f"{share:.2f} % of a core", target=f"≤ {MOST_PERCENT} % of a core",
            met=share <= MOST_PERCENT),
        Row(f"cronledger, written to disk a row, {figure}", f"{size:,.0f} bytes", target=f"≤ {MOST_BYTES:,} bytes",
            met=size <= MOST_BYTES),
        Row(f"cronledger, private memory, {figure}", f"{memory:,} KiB", target=f"≤ {MOST_KIB:,} KiB",
            met=memory <= MOST_KIB),
    ]


def run(bench, ledger):
    jobs, runs = bench.plan.jobs, bench.plan.tick_runs
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(jobs), f"{INTERVAL_SECONDS}s", ledger=ledger)
        start = daemon.wait_until_ready()
        daemon.wait_for(TICK, jobs * WARM_UP_RUNS, 60)
        keeper = None if ledger is None else daemon.ledger()
        before = read(daemon.pid, keeper)
        daemon.wait_for(TICK, jobs * (WARM_UP_RUNS + runs), runs * INTERVAL_SECONDS + 60, RELAXED)
        after = read(daemon.pid, keeper)
        memory = 0 if keeper is None else procfs.private_kib(keeper)
        if trouble := daemon.trouble():
            raise Failure(f"cronsupd complained: {trouble[:300]}")
        daemon.stop()
        if keeper is not None:
            check(folder, daemon)
    seconds, cpu, keeper_cpu, written = (new - old for new, old in zip(after, before))
    return Side(cpu / seconds * 100, start, keeper_cpu / seconds * 100, written / (jobs * runs), memory)


def read(pid, keeper):
    rest = (0, 0) if keeper is None else (procfs.cpu_seconds(keeper), procfs.bytes_written(keeper))
    return (time.monotonic(), procfs.cpu_seconds(pid), *rest)


def check(folder, daemon):
    """That it has each run that was logged."""
    ticks, kept = daemon.count(TICK), runs_in(folder)
    if ticks != kept:
        raise Failure(f"{ticks:,} runs were logged, and {kept:,} are in the ledger")


def runs_in(folder):
    path = next((folder / "state").glob("*/ledger.db"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM recent)").fetchone()[0]
