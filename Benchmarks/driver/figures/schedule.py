"""Cron expressions: from a slot to the next one, beside others that do the same, and many entries at once."""

import datetime
import importlib.util
import subprocess
import time
import zoneinfo

from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row

TITLE = "the next slot of a cron expression, against croniter, cronsim and a search by the minute; many entries"
ZONE = "Europe/Riga"
LEAST_OF_PEERS = 100
MOST_NANOSECONDS = {"*/5 * * * *": 200, "0 0 29 2 *": None}
MOST_MILLISECONDS = 100
START, END = 2026, 2099
PEER_SECONDS = 1


def measure(bench):
    rows = []
    for expression, most in MOST_NANOSECONDS.items():
        rows += measure_next(bench, expression, most)
    return rows + measure_load(bench)


def measure_next(bench, expression, most):
    ours, peers = {}, {name: [] for name in PEERS if importlib.util.find_spec(name)}
    for _ in bench.rounds():
        for name, value in run(bench, "next", expression, ZONE, bench.plan.schedule_calls).items():
            ours.setdefault(name, []).append(value)
        for name, values in peers.items():
            values.append(nanoseconds(PEERS[name], expression))
    value = median(ours["next"])
    bench.say(f"{expression}: {value:.0f} ns")
    target, met = ("-", None) if most is None else (f"< {most} ns", value < most)
    figure = f"next of {expression}"
    minutes = median(ours["minutes"])
    rows = [Row(figure, f"{value:.0f} ns", f"by the minute {minutes:.0f} ns", value / minutes, target, met)]
    return rows + [against_peer(figure, value, name, peers.get(name)) for name in PEERS]


def against_peer(figure, value, name, theirs):
    target = f"{LEAST_OF_PEERS} × faster"
    if not theirs:
        return Row(figure, f"{value:.0f} ns", f"{name} missing", target=target)
    theirs = median(theirs)
    return Row(figure, f"{value:.0f} ns", f"{name} {theirs:.0f} ns: {theirs / value:.0f} ×", value / theirs, target,
               value * LEAST_OF_PEERS <= theirs)


def measure_load(bench):
    entries = bench.plan.schedule_entries
    values = {}
    for _ in bench.rounds():
        for name, value in run(bench, "load", entries).items():
            values.setdefault(name, []).append(value)
    place, registry, text = (median(values[name]) for name in ("place", "registry", "text"))
    return [
        Row(f"{entries} schedules read and placed", f"{place:.1f} ms", target=f"< {MOST_MILLISECONDS} ms",
            met=place < MOST_MILLISECONDS),
        Row("the same from the registry's text on", f"{registry:.1f} ms", f"the text alone {text:.1f} ms",
            registry / text),
    ]


def run(bench, *arguments):
    """What the program has measured: names and numbers."""
    program = bench.paths.daemon.parent / "schedulebench"
    if not program.exists():
        raise Failure("schedulebench is not there; build it first: swift build -c release --product schedulebench")
    result = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    if result.returncode != 0:
        raise Failure(f"schedulebench ended with {result.returncode}: {result.stdout}{result.stderr}".strip())
    return {name: float(value) for name, value in map(str.split, result.stdout.splitlines())}


def nanoseconds(slots, expression):
    """From each slot to the next, for a while; back to the start where the years end."""
    start = datetime.datetime(START, 1, 1, tzinfo=zoneinfo.ZoneInfo(ZONE))
    calls, began, now = 0, time.perf_counter(), 0
    while now - began < PEER_SECONDS:
        for slot in slots(expression, start):
            calls += 1
            now = time.perf_counter()
            if slot.year >= END or now - began >= PEER_SECONDS:
                break
    return (now - began) / calls * 1e9


def croniter_slots(expression, start):
    from croniter import croniter
    return croniter(expression, start).all_next(datetime.datetime)


def cronsim_slots(expression, start):
    from cronsim import CronSim
    return CronSim(expression, start)


PEERS = {"croniter": croniter_slots, "cronsim": cronsim_slots}
"""Measured where Python can import them."""
