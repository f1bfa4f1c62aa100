"""What every figure works with: the programs, the plan, a scratch folder, and the processes of this run."""

import contextlib
import copy
import dataclasses
import os
import pathlib
import shutil
import sys
import tempfile

from driver.failure import Failure
from driver.plan import Plan
from driver.processes import Processes


@dataclasses.dataclass(frozen=True)
class Paths:
    daemon: pathlib.Path
    worker: pathlib.Path
    floors: pathlib.Path

    def check(self):
        for path in (self.daemon, self.worker):
            if not os.access(path, os.X_OK):
                raise Failure(f"{path.name} is not there or not executable; build it first: swift build -c release")

    def floor(self, name):
        return self.floors / name


class Bench:
    def __init__(self, paths: Paths, plan: Plan, scratch):
        self.paths, self.plan = paths, plan
        self._scratch_parent = scratch
        self._workloads = {}
        self.has_peers = True

    def __enter__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="cronsupd-bench.", dir=self._scratch_parent))
        self.processes = Processes().__enter__()
        return self

    def __exit__(self, *_):
        self.processes.end_all()
        shutil.rmtree(self.scratch)

    def turn(self, paths):
        """The same with the programs of `paths`, for one round of each figure and without the peers."""
        turn = copy.copy(self)
        turn.paths, turn.plan = paths, dataclasses.replace(self.plan, rounds=1)
        turn.has_peers, turn._workloads = False, {}
        return turn

    @contextlib.contextmanager
    def folder(self, parent=None):
        """A folder of one measurement. At its end the folder and all processes of the measurement are gone."""
        path = pathlib.Path(tempfile.mkdtemp(prefix="cronsupd-bench.", dir=parent or self.scratch))
        # A peer's job may run as another user.
        path.chmod(0o755)
        try:
            yield path
        finally:
            self.processes.end_all()
            shutil.rmtree(path)

    def workload(self, run):
        """The result of `run(self)`, which several figures share."""
        if run not in self._workloads:
            self._workloads[run] = run(self)
        return self._workloads[run]

    def rounds(self):
        return range(self.plan.rounds)

    @staticmethod
    def say(text):
        print(f"  {text}", file=sys.stderr, flush=True)
