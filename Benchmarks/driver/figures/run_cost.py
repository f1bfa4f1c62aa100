"""What one run costs all who have a part in it."""

import pathlib
import shutil

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
INTERPRETER = "lua5.4"
SHELL = "sh -c"
COMMANDS = {SHELL: "echo ok", INTERPRETER: f"exec {INTERPRETER} -e 'print(\"ok\")'"}
"""What a cron daemon would run: the least that any command costs, and the least that one in Lua does."""
FUNCTIONS = {"Swift": registry.HEARTBEAT, "Lua": registry.lua(LUA_SOURCE, "heartbeat")}


def measure(bench):
    commands = {name: text for name, text in COMMANDS.items() if name == SHELL or shutil.which(name)}
    costs = {name: [] for name in (*FUNCTIONS, *commands)}
    for _ in bench.rounds():
        for name, function in FUNCTIONS.items():
            costs[name].append(run_daemon(bench, function))
        for name, command in commands.items():
            costs[name].append(run_floor(bench, command))
        bench.say(", ".join(f"{name}: {values[-1]:.1f} µs" for name, values in costs.items()))
    cost = {name: median(values) for name, values in costs.items()}
    rows = [row(name, cost[name], cost[SHELL]) for name in FUNCTIONS]
    if INTERPRETER not in commands:
        bench.say(f"missing: {INTERPRETER}, the stock program (package {INTERPRETER})")
        return rows
    return [*rows, Row("the same, beside a program in Lua", f"{cost['Lua']:.1f} µs",
                       beside(INTERPRETER, cost[INTERPRETER], cost["Lua"]), cost["Lua"] / cost[INTERPRETER])]


def row(name, cost, shell):
    return Row(f"CPU of a run of a {name} function", f"{cost:.1f} µs", beside(SHELL, shell, cost),
               cost / shell, f"{LEAST_OF_SHELL} × less", cost * LEAST_OF_SHELL <= shell)


def beside(name, reference, cost):
    return f"{name} {reference:.0f} µs: {reference / cost:.0f} ×"


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


def run_floor(bench, command):
    with bench.folder() as folder:
        return floors.cron_run(bench, folder, bench.plan.cost_runs, command)
