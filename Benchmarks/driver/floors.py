"""Runs the bare C programs that show what the machine allows."""

import subprocess
import time

from driver.failure import Failure
from driver.processes import wait_for_exit
from driver.waiting import RELAXED, wait_until


def spawn(bench, folder, jobs):
    """Spawns a worker a job. Returns when all were ready, and when all were spawned: seconds since the start, the first
    seen from here, as with the daemon and the peers."""
    output = folder / "output"
    with open(output, "wb") as sink:
        began = time.monotonic()
        process = bench.processes.start(
            [bench.paths.floor("spawn"), jobs, bench.paths.worker], stdout=sink, stderr=subprocess.PIPE)
    def is_ready():
        if process.poll():
            raise Failure(f"the spawn floor ended with {process.returncode}: {process.stderr.read().decode().strip()}")
        return b"\nready " in output.read_bytes()
    wait_until(is_ready, 120, "the workers of the spawn floor")
    ready = time.monotonic() - began
    wait_for_exit(process, 60, "the spawn floor")
    return ready, float(output.read_text().split()[1])


def spawn_one(bench, folder):
    """How long it takes from the start of the loop until its only worker is ready: seconds by the floor's own clock."""
    return float(run(bench, folder, [bench.paths.floor("spawn"), 1, bench.paths.worker], 60).split()[3])


def lateness(bench, folder, phases, instants, skipped):
    """The lateness in microseconds of processes that sleep to `phases` (nanoseconds) of every second, without that of
    the first `skipped` instants."""
    (folder / "phases").write_text("".join(f"{phase}\n" for phase in phases))
    command = [bench.paths.floor("lateness"), instants + skipped, 1_000_000_000, folder / "phases"]
    lines = run(bench, folder, command, instants + skipped + 60).splitlines()
    return [float(late) for index, late in map(str.split, lines) if int(index) >= skipped]


def reports(bench, folder, workers, runs, kind):
    """How many log lines a second come of `runs` runs of this kind from each of `workers` flood workers."""
    command = [bench.paths.floor("reportlog"), workers, runs, kind, bench.paths.floor("floodworker"),
               folder / "floor.log"]
    count, seconds = run(bench, folder, command, 300).split()
    return int(count) / float(seconds)


def cron_run(bench, folder, runs, command):
    """The processor time of a run of a shell command as a cron daemon does it, in microseconds."""
    return float(run(bench, folder, [bench.paths.floor("cronrun"), runs, folder / "floor.log", command], 300))


def exec_run(bench, folder, program, runs, interval_seconds):
    """How long a bare spawn of the program and the wait for its end take, in microseconds, for each run."""
    command = [bench.paths.floor("execrun"), runs, round(interval_seconds * 1e9), program]
    return list(map(float, run(bench, folder, command, runs * interval_seconds + 60).splitlines()))


def run(bench, folder, command, seconds):
    output = folder / "output"
    with open(output, "wb") as sink:
        process = bench.processes.start(command, stdout=sink, stderr=subprocess.PIPE)
    if wait_for_exit(process, seconds, command[0].name, RELAXED) != 0:
        raise Failure(f"{command[0].name} ended with {process.returncode}: {process.stderr.read().decode().strip()}")
    return output.read_text()
