"""How soon a ledger with many runs answers."""

import contextlib
import os
import sqlite3
import subprocess
import time

from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row

TITLE = "the last runs of a job, and failures, out of a ledger with ten million runs"
JOBS = 1_000
SPACING_SECONDS = 60
ONE_OF = 100
"""So many runs are one failure."""
ASKED = 50
TRIES = 10
MOST_OF_JOB = 30
MOST_OF_FAILURES = 60
OPTIONS = ["--ledger-size", "16GiB"]
JOB_COLUMNS = ("name, seen, books, accounted, runs, failures, is_failing, is_late, seq, ok, bad, gaps, last_began, "
               "is_ordered")
RUNS = f"""
    WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < :count)
    INSERT INTO run (id, settles, life, slot, attempt, cause, outcome, began, duration, lateness)
    SELECT :job << 40 | i, 1, 1, :first + i * {SPACING_SECONDS * 1_000_000}, 1, 0, i % {ONE_OF} = 0,
    :first + i * {SPACING_SECONDS * 1_000_000}, 5000, 100 FROM number
"""


def measure(bench):
    with bench.folder() as folder:
        count = bench.plan.history_rows
        daemon = start(bench, folder)
        daemon.stop()
        fill(folder, count // JOBS)
        daemon = start(bench, folder, daemon.count(TICK))
        job = ask(bench, folder, f"bench:job.{JOBS // 2}")
        failures = ask(bench, folder, "--failed")
        daemon.stop()
    rows = f"{count:,} runs"
    return [row(f"history JOB -n {ASKED}, {rows}", job, MOST_OF_JOB),
            row(f"history --failed -n {ASKED}, {rows}", failures, MOST_OF_FAILURES)]


def row(name, milliseconds, most):
    middle = median(milliseconds)
    return Row(name, f"{middle:.1f} ms", f"longest {max(milliseconds):.1f} ms", target=f"≤ {most} ms", met=middle <= most)


def start(bench, folder, before=0):
    """`before`: what the log has already."""
    daemon = Daemon(bench, folder, ["alive"], "1s", ledger=OPTIONS)
    daemon.wait_for(TICK, before + 2, 60)
    return daemon


def path(folder):
    return next((folder / "state").glob("*/ledger.db"))


def fill(folder, count):
    """The tables are those that a ledger has made."""
    first = (int(time.time()) - (count + 1) * SPACING_SECONDS) * 1_000_000
    with contextlib.closing(sqlite3.connect(path(folder), isolation_level=None)) as database:
        # A log ahead of all of it would be as large.
        for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -262144", "BEGIN"):
            database.execute(statement)
        for number in range(1, JOBS + 1):
            failures = count // ONE_OF
            job = database.execute(
                f"INSERT INTO job ({JOB_COLUMNS}) VALUES (?, ?, 1, 0, ?, 0, 0, 0, 0, ?, ?, 0, ?, 1) RETURNING id",
                (f"bench:job.{number}", first, count, count - failures, failures,
                 first + count * SPACING_SECONDS * 1_000_000)).fetchone()[0]
            database.execute(RUNS, {"job": job, "count": count, "first": first})
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")


def ask(bench, folder, what):
    """In milliseconds, each time with nothing of the database in the kernel's memory."""
    command = [bench.paths.daemon.with_name("cronsupctl"), "history", what, "-n", str(ASKED), "--no-headers",
               "--registry", folder / "jobs.yaml", "--runtime-directory", folder / "run"]
    times = []
    for _ in range(TRIES):
        forget(path(folder))
        began = time.monotonic()
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        times.append((time.monotonic() - began) * 1_000)
        if answer.returncode != 0 or len(answer.stdout.splitlines()) != ASKED:
            raise Failure(f"cronsupctl history {what}: {answer.stderr or answer.stdout[:300]}")
    return times


def forget(file):
    descriptor = os.open(file, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
