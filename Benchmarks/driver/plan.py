"""How much is measured: the full numbers, and a smoke test's."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Plan:
    jobs: int
    """The jobs of every figure but `scale`."""
    rounds: int
    """How often each side of a comparison is measured, by turns; the median counts."""
    tick_runs: int
    """The runs of each job where jobs tick every second, besides those of the warm-up."""
    idle_seconds: float
    reports: int
    """The runs that the flood workers of one measurement make up together."""
    flood_workers: tuple[int, ...]
    slots_per_flood: int
    """The runs of each flood worker where all jobs report slots that came due, one in 10 ms."""
    scale_jobs: int
    scale_interval: str
    schedule_calls: int
    schedule_entries: int
    burst_runs: int
    """The runs that come at once for the ledger."""
    history_rows: int
    """The runs in the ledger that is asked."""
    cost_runs: int
    """The runs of each side whose processor time is measured."""
    exec_runs: int
    lua_runs: int
    """The runs of each side in which Lua sums its table a thousand times."""
    orphaned_jobs: int
    replacements: int
    """The workers that are killed one after the other."""


FULL = Plan(jobs=1_000, rounds=3, tick_runs=15, idle_seconds=10, reports=1_000_000,
            flood_workers=(1, 4, 16), slots_per_flood=500, scale_jobs=5_000, scale_interval="10s",
            schedule_calls=1_000_000, schedule_entries=10_000, burst_runs=200_000, history_rows=10_000_000, cost_runs=5_000, exec_runs=500,
            lua_runs=20, orphaned_jobs=20, replacements=100)
QUICK = Plan(jobs=100, rounds=1, tick_runs=4, idle_seconds=6, reports=100_000, flood_workers=(4,), slots_per_flood=200,
             scale_jobs=500, scale_interval="3s", schedule_calls=100_000, schedule_entries=1_000, burst_runs=20_000, history_rows=100_000,
             cost_runs=1_000, exec_runs=100, lua_runs=5, orphaned_jobs=3, replacements=5)
