"""A cronsupd of one measurement."""

import dataclasses
import functools
import os
import re
import signal
import subprocess
import time

from driver import logs, procfs, registry
from driver.failure import Failure
from driver.processes import wait_for_exit
from driver.waiting import PROMPT, wait_until

STARTED = "Worker started"
STOPPED = "Worker stopped"
TICK = "TICK"
NO_RUN = ("TICK SKIPPED", "TICK MISSED")
"""Slots that came to no run, since the machine was busy."""
TROUBLE = {
    "json": re.compile(rb'"level":\s*"(warn|warning|error|critical)"', re.IGNORECASE),
    "text": re.compile(rb"^\S+ (WARN|ERROR|CRIT)"),
}
NEEDLE = {"json": logs.message, "text": str.encode}
"""How a message stands in a log of this format."""


LEDGER = "cronledger"


@functools.cache
def has_ledger(program):
    """Builds of before have no such option."""
    return "--ledger" in subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout


def ledger_options(program, folder, options):
    if options is not None:
        return ["--ledger", "required", "--state-directory", folder / "state", "--fallback", "off", *options]
    return ["--ledger", "off"] if has_ledger(program) else []


@dataclasses.dataclass(frozen=True)
class Stop:
    seconds: float
    exit_code: int
    stopped: int
    """How many workers the log says stopped by themselves."""


class Daemon:
    """Runs in the foreground with a registry of `names`, each at `interval`; logs to a file.

    `function` and `meta` go into each entry, and `exceptions` beside them, as registry.write() has it.
    `ledger`: further options of a daemon that keeps one; without them it keeps none."""

    def __init__(self, bench, folder, names, interval, function=registry.HEARTBEAT, meta=None, worker=None,
                 environment=None, log_format="json", exceptions=None, ledger=None):
        self._bench = bench
        self.log = folder / "log"
        self._errors = folder / "errors"
        self._registry = folder / "jobs.yaml"
        self.jobs = len(names)
        self._format = log_format
        registry.write(self._registry, names, interval, function, meta, exceptions)
        command = [bench.paths.daemon, "--registry", self._registry, "--worker", worker or bench.paths.worker,
                   "--log-format", log_format, "--runtime-directory", folder / "run"]
        command += ledger_options(bench.paths.daemon, folder, ledger)
        inherited = {key: value for key, value in os.environ.items()
                     if key not in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")}
        with open(self.log, "ab") as log, open(self._errors, "wb") as errors:
            self.began = time.monotonic()
            self.process = bench.processes.start(
                command, stdout=log, stderr=errors, env=inherited | (environment or {}))
        self.pid = self.process.pid

    def wait_for(self, message, count, seconds, poll=PROMPT, meanwhile=lambda: None):
        """Returns how long after the daemon's start the log had `count` records with `message`."""
        with self.counter(message) as counter:
            wait_until(lambda: meanwhile() or counter.read() >= count or self._has_ended(), seconds,
                       lambda: f"{count} records '{message}', of which {counter.count} came", poll)
        return time.monotonic() - self.began

    def counter(self, message):
        return logs.LineCounter(self.log, NEEDLE[self._format](message))

    def wait_until_ready(self, seconds=120):
        return self.wait_for(STARTED, self.jobs, seconds)

    def _has_ended(self):
        if self.process.poll() is None:
            return False
        raise Failure(f"cronsupd ended with {self.process.returncode}: {self.last_words()}")

    def last_words(self):
        texts = [path.read_text(errors="replace") for path in (self._errors, self.log)]
        lines = [line for text in texts for line in text.splitlines()[-3:]]
        return " / ".join(line[:300] for line in lines) or "it said nothing"

    def reload(self, names, interval):
        registry.write(self._registry, names, interval)
        self.jobs = len(names)
        self.process.send_signal(signal.SIGHUP)

    def workers(self):
        return [pid for pid, name in procfs.descendants(self.pid) if name != LEDGER]

    def ledger(self):
        """The process that keeps the ledger."""
        return next(pid for pid, name in procfs.descendants(self.pid) if name == LEDGER)

    def count(self, message):
        needle = NEEDLE[self._format](message)
        with open(self.log, "rb") as log:
            return sum(needle in line for line in log)

    def trouble(self):
        """The first record above the level of information, if there is one, but for slots without a run."""
        trouble, harmless = TROUBLE[self._format], [NEEDLE[self._format](message) for message in NO_RUN]
        with open(self.log, "rb") as log:
            return next((line.decode(errors="replace").strip() for line in log
                         if trouble.search(line) and not any(needle in line for needle in harmless)), None)

    def slots_without_run(self):
        """How many there were. For a log in JSON."""
        return sum(int(record["count"]) for record in logs.records(self.log, *NO_RUN))

    def say_slots_without_run(self):
        if count := self.slots_without_run():
            self._bench.say(f"{count} slots came to no run")

    def kill(self):
        """As a crash would end it: nothing is told to the workers."""
        self.process.kill()
        wait_for_exit(self.process, 60, "cronsupd after SIGKILL")

    def stop(self, seconds=60):
        workers = self.workers()
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = wait_for_exit(self.process, seconds, "cronsupd after SIGTERM")
        stop = Stop(time.monotonic() - began, code, self.count(STOPPED))
        left = self._bench.processes.reap_strangers()
        if left:
            raise Failure(f"{left} of {len(workers)} workers outlived cronsupd")
        return stop
