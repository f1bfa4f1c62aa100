"""How late the runs of jobs begin that run every second."""

from driver import ticking
from driver.quantiles import median, percentile
from driver.table import against

TITLE = "lateness of ticks, every job every second, against processes that only sleep to the same instants"
MOST_OF_FLOOR = {50: 1.5, 99: 2}


def measure(bench):
    rounds = bench.workload(ticking.rounds)
    bench.say(f"{median(each.instants for each in rounds):g} phases")
    rows = []
    for percent, most in MOST_OF_FLOOR.items():
        ours = [percentile(each.lateness, percent) for each in rounds]
        floor = [percentile(each.floor_lateness, percent) for each in rounds]
        bench.say(f"p{percent}: cronsupd {ours} µs, sleepers {floor} µs")
        figure = f"tick lateness p{percent}, {bench.plan.jobs} × {ticking.INTERVAL_SECONDS}s"
        rows.append(against(figure, median(ours), median(floor), "µs", "sleepers", most))
    return rows
