"""What jobs that run every second cost the daemon."""

from driver import ticking
from driver.quantiles import median
from driver.table import Row

TITLE = "processor time of the daemon, every job every second"
MOST_PERCENT = 5


def measure(bench):
    shares = [each.core_share for each in bench.workload(ticking.rounds)]
    bench.say("cronsupd: " + ", ".join(f"{share:.2f} %" for share in shares))
    share = median(shares)
    return [Row(f"daemon CPU, {bench.plan.jobs} × {ticking.INTERVAL_SECONDS}s", f"{share:.2f} % of a core",
                target=f"≤ {MOST_PERCENT} % of a core", met=share <= MOST_PERCENT)]
