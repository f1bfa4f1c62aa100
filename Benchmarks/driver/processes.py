"""Starts processes and sees to it that none of them, nor any of their descendants, outlives the run."""

import ctypes
import os
import signal
import subprocess

from driver.failure import Failure
from driver.waiting import PROMPT, wait_until

PR_SET_CHILD_SUBREAPER = 36


class Processes:
    def __enter__(self):
        # What is orphaned below us becomes our own child. So everything can be ended as a child, whose number no
        # stranger can bear before we have reaped it.
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise Failure(f"prctl(PR_SET_CHILD_SUBREAPER): {os.strerror(ctypes.get_errno())}")
        self._started = []
        return self

    def __exit__(self, *_):
        self.end_all()

    def start(self, command, **options):
        options = {"stdin": subprocess.DEVNULL, "start_new_session": True} | options
        process = subprocess.Popen([str(part) for part in command], **options)
        self._started.append(process)
        return process

    def end_all(self):
        """Kills what is left, generation by generation: the orphans of the one become children for the next."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.wait()
        self._started.clear()
        while children := self._children():
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            for pid in children:
                os.waitpid(pid, 0)

    def reap_strangers(self):
        """Reaps the orphans that ended; returns how many of them still live."""
        known = {process.pid for process in self._started}
        strangers = [pid for pid in self._children() if pid not in known]
        return sum(os.waitpid(pid, os.WNOHANG) == (0, 0) for pid in strangers)

    @staticmethod
    def _children():
        """Zombies as well, which the kernel lists here."""
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            return [int(pid) for pid in children.read().split()]


def wait_for_exit(process, seconds, what, poll=PROMPT):
    """The exit code, and minus the signal's number where a signal ended the process."""
    wait_until(lambda: process.poll() is not None, seconds, f"the end of {what}", poll)
    return process.returncode
