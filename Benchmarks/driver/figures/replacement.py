"""How long a job has no worker when its worker was killed."""

import os
import signal
import time

from driver import floors, peers, registry
from driver.daemon import STARTED, Daemon
from driver.quantiles import percentile
from driver.table import Row
from driver.waiting import INSTANT, wait_until

TITLE = "from kill -9 of an idle worker until its replacement is ready, against a bare spawn and the peers"
HASTE = {"lifecycle": {"restart": {"initial_delay": "1ms", "jitter": 0}}}
"""The least pause before a restart that an entry can have."""
LEAST_AGE_SECONDS = 2
"""runit pauses for a second before it restarts what has not lived for one."""
PAUSE_SECONDS = 0.05
"""Between two kills: cronsupd bounds how many workers it restarts in a second."""
MOST_MILLISECONDS = {50: 10, 99: 25}


def measure(bench):
    values = {"cronsupd": measure_daemon(bench), "bare spawn": measure_floor(bench)}
    values |= {peer.name: measure_peer(bench, peer) for peer in peers.installed(bench)}
    for name, each in values.items():
        bench.say(f"{name}: p50 {percentile(each, 50):.1f} ms, p99 {percentile(each, 99):.1f} ms of {len(each)}")
    names = ["bare spawn", *(peer.name for peer in peers.PEERS)]
    return [row(bench, values, percent, name) for percent in MOST_MILLISECONDS for name in names]


def row(bench, values, percent, name):
    most, ours = MOST_MILLISECONDS[percent], percentile(values["cronsupd"], percent)
    figure, target = f"kill -9 to ready p{percent}, one of {bench.plan.jobs}", f"≤ {most} ms"
    if name not in values:
        return Row(figure, f"{ours:.1f} ms", f"{name} missing", target=target, met=ours <= most)
    theirs = percentile(values[name], percent)
    return Row(figure, f"{ours:.1f} ms", f"{name} {theirs:.1f} ms", ours / theirs, target, ours <= most)


def measure_daemon(bench):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(bench.plan.jobs), "1h", registry.HEARTBEAT | HASTE)
        daemon.wait_until_ready()
        with daemon.counter(STARTED) as counter:
            values = replace(bench, daemon.workers(), counter)
        daemon.stop()
    return values


def measure_peer(bench, peer):
    with peers.folder(bench) as folder:
        supervisor = peer(bench, folder, bench.plan.jobs)
        supervisor.wait_until_ready()
        with supervisor.counter() as counter:
            return replace(bench, supervisor.workers(), counter)


def measure_floor(bench):
    with bench.folder() as folder:
        return [floors.spawn_one(bench, folder) * 1000 for _ in range(bench.plan.replacements)]


def replace(bench, workers, counter):
    """Kills one worker after the other, from all over them. Returns how many milliseconds each replacement took."""
    time.sleep(LEAST_AGE_SECONDS)
    wait_until(lambda: counter.read() >= len(workers), 60, "the workers")
    victims = workers[::len(workers) // bench.plan.replacements][:bench.plan.replacements]
    return [milliseconds_to_replace(pid, counter) for pid in victims]


def milliseconds_to_replace(pid, counter):
    count, began = counter.read(), time.monotonic()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: counter.read() > count, 30, f"the replacement of worker {pid}", INSTANT)
    seconds = time.monotonic() - began
    time.sleep(PAUSE_SECONDS)
    return seconds * 1000
