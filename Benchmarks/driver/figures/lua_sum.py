"""How fast Lua is in a worker."""

import pathlib
import shutil

from driver import floors, logs, registry
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row, against

TITLE = "a table of 10,000 numbers summed in a Lua job, against the stock program"
PACKAGE = "lua5.4"
SOURCE = pathlib.Path(__file__).resolve().parents[2] / "Lua" / "sum.lua"
METHOD = "measure"
INTERVAL_SECONDS = 0.2
MOST_OF_STOCK = 1.05
"""No slower, but for noise: what else the machine does can only make a sum take longer, so the shortest of each round
counts, and the median of the rounds."""


def measure(bench):
    stock = shutil.which(PACKAGE)
    ours, theirs = [], []
    for _ in bench.rounds():
        ours.append(min(run_daemon(bench)))
        if stock:
            theirs.append(min(run_stock(bench, stock)))
            bench.say(f"cronsupd {ours[-1]:.2f} µs, {PACKAGE} {theirs[-1]:.2f} µs")
    figure, unit = "sum of 10,000 numbers in Lua", "µs"
    if not stock:
        bench.say(f"missing: {PACKAGE}, the stock program (package {PACKAGE})")
        return [Row(figure, f"{median(ours):.2f} {unit}", f"{PACKAGE} missing",
                    target=f"≤ {MOST_OF_STOCK:g} × {PACKAGE}")]
    return [against(figure, median(ours), median(theirs), unit, PACKAGE, MOST_OF_STOCK, digits=2)]


def run_daemon(bench):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(1), f"{INTERVAL_SECONDS}s", registry.lua(SOURCE, METHOD))
        daemon.wait_for(TICK, bench.plan.lua_runs, bench.plan.lua_runs + 60)
        if trouble := daemon.trouble():
            raise Failure(f"cronsupd complained: {trouble[:300]}")
        daemon.stop()
        daemon.say_slots_without_run()
        return [float(tick["result"]) for tick in logs.records(daemon.log, TICK)]


def run_stock(bench, program):
    """The same function of the same file, as often, in one process as well."""
    script = f"local m = dofile(arg[1]); for _ = 1, {bench.plan.lua_runs} do print(m.{METHOD}()) end"
    with bench.folder() as folder:
        (folder / "run.lua").write_text(script)
        command = [pathlib.Path(program), folder / "run.lua", SOURCE]
        return [float(line) for line in floors.run(bench, folder, command, bench.plan.lua_runs + 60).splitlines()]
