"""What one run costs all who have a part in it."""

import pathlib

from driver import floors, procfs, registry
from driver.daemon import Daemon
from driver.logs import LineCounter
from driver.quantiles import median
from driver.table import Row
from driver.waiting import RELAXED, wait_until

TITLE = "processor time of a run, from the timer to the log line, against a cron daemon's `sh -c 'echo ok'`"
LEAST_OF_SHELL = 20
JOBS = 16
INTERVAL_SECONDS = 0.01
WARM_UP_RUNS = 20
LUA_SOURCE = pathlib.Path(__file__).resolve().parents[3] / "Examples" / "crontab-registry-lua" / "jobs.lua"
FUNCTIONS = {"Swift": registry.HEARTBEAT, "Lua": registry.lua(LUA_SOURCE, "heartbeat")}


def measure(bench):
    costs = {name: [] for name in (*FUNCTIONS, "sh -c")}
    for _ in bench.rounds():
        for name, function in FUNCTIONS.items():
            costs[name].append(run_daemon(bench, function))
        costs["sh -c"].append(run_floor(bench))
        bench.say(", ".join(f"{name}: {values[-1]:.1f} µs" for name, values in costs.items()))
    shell = median(costs["sh -c"])
    return [row(name, median(costs[name]), shell) for name in FUNCTIONS]


def row(name, cost, shell):
    return Row(f"CPU of a run of a {name} function", f"{cost:.1f} µs", f"sh -c {shell:.0f} µs: {shell / cost:.0f} ×",
               cost / shell, f"{LEAST_OF_SHELL} × less", cost * LEAST_OF_SHELL <= shell)


def run_daemon(bench, function):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(JOBS), f"{INTERVAL_SECONDS}s", function,
                        log_format="text")
        daemon.wait_until_ready()
        processes = [daemon.pid, *daemon.workers()]
        with LineCounter(daemon.log, b" result=ok") as counter:
            began, cpu = wait_for_runs(counter, JOBS * WARM_UP_RUNS, processes)
            ended, cpu_at_end = wait_for_runs(counter, began + bench.plan.cost_runs, processes)
        daemon.stop()
    return (cpu_at_end - cpu) / (ended - began) * 1e6


def wait_for_runs(counter, count, processes):
    """How many runs were logged, and the processor time that all had taken by then."""
    wait_until(lambda: counter.read() >= count, 120, f"{count} runs", RELAXED)
    return counter.read(), sum(map(procfs.cpu_seconds, processes))


def run_floor(bench):
    with bench.folder() as folder:
        return floors.cron_run(bench, folder, bench.plan.cost_runs)
