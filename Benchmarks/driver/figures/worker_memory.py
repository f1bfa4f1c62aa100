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
        mean = mean_pss_kib(daemon)
        daemon.stop()
    return [row("idle worker memory", mean, MOST_KIB)]


def mean_pss_kib(daemon):
    """Over all workers, once it has come to rest."""
    workers = daemon.workers()
    if len(workers) != daemon.jobs:
        raise Failure(f"cronsupd has {len(workers)} processes below it, expected {daemon.jobs}")
    return wait_until_steady(lambda: statistics.mean(map(procfs.pss_kib, workers)), 0.3, 60, "the workers' memory")[0]


def row(figure, mean, most):
    return Row(figure, f"{mean:.1f} KiB", target=f"≤ {most} KiB", met=mean <= most)
