"""What the peers have in common: they bring up the same worker, whose first line goes to a file that all share."""

import os
import shutil
import signal
import time

from driver import logs, procfs
from driver.processes import wait_for_exit
from driver.waiting import wait_until


def folder(bench):
    """Their service folders belong into memory, as on /run; what is there without the right to execute is of no use."""
    memory = "/dev/shm"
    fits = os.access(memory, os.W_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return bench.folder(memory if fits else None)


class Peer:
    name = ""
    package = ""
    program = ""
    """Its main program; the peer is installed if this is."""
    processes = ()
    """The names of its own processes, as opposed to those that it supervises."""

    @classmethod
    def is_installed(cls):
        return shutil.which(cls.program) is not None

    def __init__(self, bench, folder, jobs, script=None):
        """`script`: what the shell of each service runs; without it they are workers."""
        self._bench, self._script = bench, script
        self._ready = folder / "ready"
        # Workers end at the end of their input. No one writes into this, and it has no end as long as they hold it.
        self._input = folder / "input"
        os.mkfifo(self._input, 0o666)
        self._ready.touch(0o666)
        self.jobs = jobs
        self._errors = folder / "errors"
        self._command = self.prepare(folder / "services", jobs, bench.paths.worker)
        self.start()

    def start(self):
        with open(self._errors, "ab") as errors:
            self.began = time.monotonic()
            self.process = self._bench.processes.start(self._command, stdout=errors, stderr=errors)

    def kill(self):
        """Its topmost process, and no other."""
        self.process.kill()
        wait_for_exit(self.process, 60, f"{self.name} after SIGKILL")

    def kill_next_to_services(self):
        """What supervises each service, and is started again by what is above it."""
        for pid, name in procfs.descendants(self.process.pid):
            if name in self.processes:
                os.kill(pid, signal.SIGKILL)

    def prepare(self, folder, jobs, worker):
        """Writes the configuration and returns the command."""
        raise NotImplementedError

    def wait_until_ready(self, seconds=300):
        """Returns how long it took from the start until all workers had said that they are ready."""
        with self.counter() as counter:
            wait_until(lambda: counter.read() >= self.jobs, seconds, f"{self.jobs} workers under {self.name}")
        return time.monotonic() - self.began

    def counter(self):
        """Counts how often a worker has said that it is ready."""
        return logs.LineCounter(self._ready, b"ready")

    def workers(self):
        return [pid for pid, name in procfs.descendants(self.process.pid) if name not in self.processes]

    def pss_kib(self):
        """The memory of all its own processes, not of what they supervise."""
        below = procfs.descendants(self.process.pid)
        own = [self.process.pid] + [pid for pid, name in below if name in self.processes]
        return sum(map(procfs.pss_kib, own))

    def command_line(self, worker, number):
        return (f"{worker} heartbeat 1h", f"<>{self._input}", f">>{self._ready}")

    def write_run_scripts(self, folder, jobs, worker):
        """A folder a service, as s6 and runit both want it. The script becomes the worker: no shell stays."""
        for number in range(1, jobs + 1):
            service = folder / f"job.{number}"
            service.mkdir(parents=True)
            command, source, sink = self.command_line(worker, number)
            script = self._script or f"exec {command} {source} {sink}"
            (service / "run").write_text(f"#!/bin/sh\n{script}\n")
            (service / "run").chmod(0o755)
