"""How often the daemon wakes while no job is due."""

import time

from driver import procfs, registry
from driver.daemon import Daemon
from driver.notify import NotifySocket
from driver.table import Row
from driver.waiting import wait_until_steady

TITLE = "wake-ups of the idle daemon, every job every hour, with and without a watchdog"
WATCHDOG_SECONDS = 8
SETTLING_SECONDS = 60
QUIET_SECONDS = 1.5


def measure(bench):
    with bench.folder() as folder:
        wakes, _ = count(bench, folder, {}, lambda: 0)
    with bench.folder() as folder, NotifySocket(folder / "notify") as manager:
        environment = {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000)}
        guarded_wakes, messages = count(bench, folder, environment, manager.count_messages)
    figure = f"idle wake-ups in {bench.plan.idle_seconds:g} s, {bench.plan.jobs} × 1h"
    return [
        Row(figure, str(wakes), target="0", met=wakes == 0),
        # At the edges of the span a wake-up and its message may be counted on different sides.
        Row(figure + ", watchdog", str(guarded_wakes), f"{messages} messages", target="the watchdog's",
            met=0 < guarded_wakes <= messages + 1),
    ]


def count(bench, folder, environment, count_messages):
    """The wake-ups within the plan's seconds of idleness, and the messages to the service manager."""
    daemon = Daemon(bench, folder, registry.job_names(bench.plan.jobs), "1h", environment=environment)
    daemon.wait_until_ready()
    # Less than a third of the watchdog's time, so that its own wake-ups leave room for a pause of this length.
    wait_until_steady(lambda: procfs.wake_ups(daemon.pid), QUIET_SECONDS, SETTLING_SECONDS, "the daemon")
    count_messages()
    before = procfs.wake_ups(daemon.pid)
    # The span that is measured, not a wait for anything.
    time.sleep(bench.plan.idle_seconds)
    wakes, messages = procfs.wake_ups(daemon.pid) - before, count_messages()
    daemon.stop()
    bench.say(f"{wakes} wake-ups, {messages} messages to the service manager")
    return wakes, messages
