"""A daemon with a day of history, and a cronweb that shows it. All that is started ends with it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

from history import History

REGISTRIES = {
    "shop": """
namespace: shop
entries:
  - name: orders.import
    kind: function.exec
    command: ["true"]
    meta: {type: cron.job, schedule: "*/15 * * * *"}
  - name: mirror.offsite
    kind: function.exec
    command: [sh, -c, "echo 'rsync: connection refused' >&2; exit 10"]
    meta: {type: cron.job, schedule: "*/30 * * * *"}
  - name: report.daily
    kind: function.exec
    command: ["true"]
    meta: {type: cron.job, schedule: "0 6 * * 1-5", timezone: Europe/Riga}
  - name: prices.update
    kind: function.exec
    command: ["true"]
    meta: {type: cron.job, schedule: "7 * * * *"}
""",
    "infra": """
namespace: infra
entries:
  - name: backup.database
    kind: function.exec
    command: ["true"]
    meta: {type: cron.job, schedule: "0 */2 * * *"}
  - name: search.reindex
    kind: function.exec
    command: [sh, -c, "for step in $(seq 1000); do echo step $step; sleep 0.3; done"]
    meta: {type: cron.job, schedule: "40 */6 * * *"}
  - name: cleanup.tmp
    kind: function.exec
    command: ["true"]
    meta: {type: cron.job, schedule: "*/10 * * * *"}
  - name: mail.queue
    kind: function.exec
    command: ["true"]
    meta: {type: cron.job, schedule: "*/20 * * * *"}
""",
}
REFUSED = ("failed", 10, "exit 10: rsync: connection refused")


class Stage:
    def __init__(self, programs):
        self.programs = programs
        self.directory = tempfile.mkdtemp(prefix="cronweb-stage-")
        os.chmod(self.directory, 0o755)
        os.mkdir(f"{self.directory}/registry")
        for name, text in REGISTRIES.items():
            with open(f"{self.directory}/registry/{name}.yaml", "w") as file:
                file.write('version: "1.0"\n' + text.lstrip())
        self.processes = []
        self.start_daemon("first")
        self.stop(self.processes.pop())
        self.write_history()
        self.start_daemon("second")
        self.web = None

    def close(self):
        for process in reversed(self.processes):
            self.stop(process)
        shutil.rmtree(self.directory, ignore_errors=True)

    # Processes

    def start(self, program, *arguments):
        log = open(f"{self.directory}/{program}.log", "ab")
        environment = dict(os.environ, TZ="Europe/Berlin", CRONSUPD_TRUST_OWNER="0")
        process = subprocess.Popen(
            [f"{self.programs}/{program}", *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        self.processes.append(process)
        return process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def start_daemon(self, name):
        """Each has a directory of its own at run time, as after a boot: it goes on from its ledger."""
        self.runtime = f"{self.directory}/{name}"
        os.mkdir(self.runtime)
        self.start("cronsupd", "--registry", f"{self.directory}/registry", "--runtime-directory", self.runtime,
                   "--state-directory", f"{self.directory}/state", "--ledger", "required", "--fallback", "off",
                   "--worker", f"{self.programs}/cronworker")
        self.until("the daemon answers", lambda: self.control("ping").returncode == 0)
        self.until("its workers wait", lambda: "starting" not in self.control("status").stdout)

    def start_web(self, *arguments):
        before = len(self.log("cronweb"))
        self.web = self.start(
            "cronweb", "--registry", f"{self.directory}/registry", "--runtime-directory", self.runtime, "--listen",
            "127.0.0.1:0", *arguments)
        self.until("cronweb listens", lambda: "listens on " in self.log("cronweb")[before:])
        return self.log("cronweb")[before:].split("listens on ")[1].split("\n")[0].rstrip("/")

    def order(self, *arguments):
        """As soon as it is not refused: a worker may be about to be started."""
        self.until(f"cronsupctl {arguments[0]}", lambda: self.control(*arguments).returncode == 0)

    def control(self, *arguments):
        return subprocess.run(
            [f"{self.programs}/cronsupctl", *arguments, "--registry", f"{self.directory}/registry", "--runtime-directory",
             self.runtime], capture_output=True, text=True)

    def log(self, program):
        try:
            with open(f"{self.directory}/{program}.log") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def until(self, what, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"not within {seconds} s: {what}\n{self.log('cronsupd')[-2000:]}{self.log('cronweb')[-2000:]}")
            time.sleep(0.05)

    # History

    def write_history(self):
        [key] = os.listdir(f"{self.directory}/state")
        history = History(f"{self.directory}/state/{key}/ledger.db")
        history.job("shop:orders.import", 900, 40, {3: ("failed", 1, "exit 1: 2 orders without a price"), 30: REFUSED})
        history.job("shop:mirror.offsite", 1800, 300, {0: REFUSED, 1: REFUSED, 2: ("timeout", None, "took longer than 20m"),
                                                       17: ("interrupted", None, "")}, failing=True)
        history.job("shop:report.daily", 86_400, 95, offset=4 * 3600)
        history.job("shop:prices.update", 3600, 8, {5: ("crashed", None, "the worker died of SIGSEGV"), 9: ("cancelled", None, "")},
                    offset=420)
        history.job("infra:backup.database", 7200, 1400, offset=3600)
        history.job("infra:search.reindex", 21_600, 2400, offset=2400 + 5 * 3600)
        history.job("infra:cleanup.tmp", 600, 2)
        history.job("infra:mail.queue", 1200, 15, gap=(7 * 3600, 4 * 3600))
        history.close()
