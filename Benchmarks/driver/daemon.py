"""A cronsupd of one measurement."""

import dataclasses
import os
import re
import signal
import time

from driver import logs, procfs, registry
from driver.failure import Failure
from driver.processes import wait_for_exit
from driver.waiting import PROMPT, wait_until

STARTED = "Worker started"
STOPPED = "Worker stopped"
TICK = "TICK"
TROUBLE = re.compile(rb'"level":\s*"(warn|warning|error|critical)"', re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Stop:
    seconds: float
    exit_code: int
    stopped: int
    """How many workers the log says stopped by themselves."""


class Daemon:
    """Runs in the foreground with a registry of `names`, each at `interval`; logs JSON to a file."""

    def __init__(self, bench, folder, names, interval, worker=None, environment=None):
        self._bench = bench
        self.log = folder / "log"
        self._errors = folder / "errors"
        self._registry = folder / "jobs.yaml"
        self.jobs = len(names)
        registry.write(self._registry, names, interval)
        command = [bench.paths.daemon, "--registry", self._registry, "--worker", worker or bench.paths.worker,
                   "--log-format", "json"]
        inherited = {key: value for key, value in os.environ.items()
                     if key not in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")}
        with open(self.log, "ab") as log, open(self._errors, "wb") as errors:
            self.began = time.monotonic()
            self.process = bench.processes.start(
                command, stdout=log, stderr=errors, env=inherited | (environment or {}))
        self.pid = self.process.pid

    def wait_for(self, message, count, seconds, poll=PROMPT):
        """Returns how long after the daemon's start the log had `count` records with `message`."""
        with logs.LineCounter(self.log, logs.message(message)) as counter:
            wait_until(lambda: counter.read() >= count or self._has_ended(), seconds,
                       lambda: f"{count} records '{message}', of which {counter.count} came", poll)
        return time.monotonic() - self.began

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
        return [pid for pid, _ in procfs.descendants(self.pid)]

    def count(self, message):
        return sum(1 for _ in logs.records(self.log, message))

    def trouble(self):
        """The first record above the level of information, if there is one."""
        with open(self.log, "rb") as log:
            return next((line.decode(errors="replace").strip() for line in log if TROUBLE.search(line)), None)

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
