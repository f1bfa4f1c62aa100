"""What a scrape costs: cronsupctl, and the daemon."""

import subprocess
import time

from driver import procfs, registry
from driver.daemon import TICK, Daemon
from driver.failure import Failure
from driver.quantiles import median
from driver.table import Row

TITLE = "cronsupctl metrics of all jobs"
TRIES = 20
MOST_MILLISECONDS = 30
MOST_MIB = 2


def measure(bench):
    jobs = bench.plan.jobs
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(jobs), "5s")
        daemon.wait_until_ready()
        daemon.wait_for(TICK, jobs, 60)
        cpu = procfs.cpu_seconds(daemon.pid)
        times, size = zip(*(ask(bench, folder) for _ in range(TRIES)))
        share = (procfs.cpu_seconds(daemon.pid) - cpu) / TRIES
        daemon.stop()
    middle, mib = median(times), size[-1] / (1 << 20)
    bench.say(f"{middle:.1f} ms, {mib:.2f} MiB")
    return [
        Row(f"cronsupctl metrics, {jobs} jobs", f"{middle:.1f} ms", f"longest {max(times):.1f} ms",
            target=f"≤ {MOST_MILLISECONDS} ms", met=middle <= MOST_MILLISECONDS),
        Row(f"what it prints, {jobs} jobs", f"{mib:.2f} MiB", target=f"≤ {MOST_MIB} MiB", met=mib <= MOST_MIB),
        Row(f"daemon CPU for it, {jobs} jobs, with the runs meanwhile", f"{share * 1_000:.1f} ms"),
    ]


def ask(bench, folder):
    """In milliseconds, and bytes."""
    command = [bench.paths.daemon.with_name("cronsupctl"), "metrics", "--registry", folder / "jobs.yaml",
               "--runtime-directory", folder / "run"]
    began = time.monotonic()
    answer = subprocess.run(command, capture_output=True, check=False)
    spent = (time.monotonic() - began) * 1_000
    if answer.returncode != 0:
        raise Failure(f"cronsupctl metrics: {answer.stderr[:300]}")
    return spent, len(answer.stdout)
