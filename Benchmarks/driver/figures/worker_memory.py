"""What an idle worker costs."""

import statistics

from driver import procfs, registry
from driver.daemon import Daemon
from driver.failure import Failure
from driver.table import Row
from driver.waiting import wait_until_steady

TITLE = "memory of an idle worker (PSS), the mean over all that run"
MOST_KIB = 130


def measure(bench):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(bench.plan.jobs), "1h")
        daemon.wait_until_ready()
        workers = daemon.workers()
        if len(workers) != bench.plan.jobs:
            raise Failure(f"cronsupd has {len(workers)} processes below it, expected {bench.plan.jobs}")
        mean, _ = wait_until_steady(
            lambda: statistics.mean(map(procfs.pss_kib, workers)), 0.3, 60, "the workers' memory")
        daemon.stop()
    return [Row("idle worker memory", f"{mean:.1f} KiB", target=f"≤ {MOST_KIB} KiB", met=mean <= MOST_KIB)]
