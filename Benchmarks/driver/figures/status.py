"""What clients that ask all the time cost the daemon."""

import socket
import threading
import time

from driver import logs, procfs, registry
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median, percentile
from driver.table import Row, against
from driver.waiting import RELAXED

TITLE = "20 status of all jobs a second, against the same jobs without clients"
A_SECOND = 20
MOST_PERCENT = 2
MOST_OF_LATENESS = 1.1
WARM_UP_RUNS = 2
LONGEST_ANSWER_SECONDS = 30


class Client(threading.Thread):
    """Asks for the status of all jobs, and reads each answer to its end."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self._path = next((folder / "run").glob("*/control.sock"))
        self._over = threading.Event()
        self.seconds = []
        self.failure = None

    def run(self):
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(LONGEST_ANSWER_SECONDS)
                connection.connect(str(self._path))
                lines = connection.makefile("rb")
                lines.readline()
                while not self._over.wait(1 / A_SECOND):
                    self.seconds.append(self._ask(connection, lines))
        except OSError as error:
            self.failure = error

    @staticmethod
    def _ask(connection, lines):
        began = time.monotonic()
        connection.sendall(b"status\n")
        while not lines.readline().startswith(b"done"):
            pass
        return time.monotonic() - began

    def end(self):
        self._over.set()
        self.join()
        if self.failure or not self.seconds:
            raise Failure(f"the client of the control socket: {self.failure or 'no answer'}")


def measure(bench):
    sides = {False: [], True: []}
    answers = []
    for _ in bench.rounds():
        for asked in sides:
            with bench.folder() as folder:
                share, lateness, seconds = run(bench, folder, asked)
            sides[asked].append((share, lateness))
            answers += seconds
            bench.say(f"{'with' if asked else 'without'} clients: {share:.2f} % of a core, p99 {lateness:.0f} µs late")
    quiet, busy = (tuple(median(column) for column in zip(*sides[asked])) for asked in (False, True))
    figure = f"{A_SECOND} status/s of {bench.plan.jobs} jobs"
    more = busy[0] - quiet[0]
    return [
        Row(f"daemon CPU for {figure}", f"{more:.2f} % of a core", target=f"≤ {MOST_PERCENT} % of a core",
            met=more <= MOST_PERCENT),
        against(f"p99 lateness with {figure}", busy[1], quiet[1], "µs", "without", MOST_OF_LATENESS),
        Row(f"an answer, {figure}", f"{median(answers) * 1_000:.1f} ms",
            f"p99 {percentile(answers, 99) * 1_000:.1f} ms"),
    ]


def run(bench, folder, asked):
    jobs, runs = bench.plan.jobs, bench.plan.tick_runs
    daemon = Daemon(bench, folder, registry.job_names(jobs), "1s")
    daemon.wait_until_ready()
    daemon.wait_for(TICK, jobs * WARM_UP_RUNS, 60)
    client = Client(folder) if asked else None
    if client:
        client.start()
    cpu, began = procfs.cpu_seconds(daemon.pid), time.monotonic()
    daemon.wait_for(TICK, jobs * (WARM_UP_RUNS + runs), runs + 60, RELAXED)
    share = (procfs.cpu_seconds(daemon.pid) - cpu) / (time.monotonic() - began) * 100
    if client:
        client.end()
    daemon.stop()
    lateness = [int(tick["lateness_us"]) for tick in logs.records(daemon.log, TICK) if int(tick["run"]) > WARM_UP_RUNS]
    return share, percentile(lateness, 99), client.seconds if client else []
