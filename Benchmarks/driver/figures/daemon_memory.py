"""What a job costs the daemon, and what a service costs the peers' own processes."""

from driver import peers, procfs, registry
from driver.daemon import Daemon
from driver.quantiles import median
from driver.table import Row
from driver.waiting import wait_until_steady

TITLE = "memory that the supervisor adds per job (PSS), against the peers"
MOST_KIB = 6


def measure(bench):
    per_job = {"cronsupd": [added_per_job(bench, daemon_memory) for _ in bench.rounds()]}
    for peer in peers.installed(bench):
        per_job[peer.name] = [added_per_job(bench, lambda bench, jobs: peer_memory(bench, peer, jobs))]
    values = {name: median(kibibytes) for name, kibibytes in per_job.items()}
    return rows(values)


def added_per_job(bench, memory):
    most = bench.plan.jobs
    return (memory(bench, most) - memory(bench, 1)) / (most - 1)


def daemon_memory(bench, jobs):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(jobs), "1h")
        daemon.wait_until_ready()
        kibibytes = steady(lambda: procfs.pss_kib(daemon.pid))
        daemon.stop()
    bench.say(f"cronsupd with {jobs} jobs: {kibibytes} KiB")
    return kibibytes


def peer_memory(bench, peer, jobs):
    with peers.folder(bench) as folder:
        running = peer(bench, folder, jobs)
        running.wait_until_ready()
        kibibytes = steady(running.pss_kib)
    bench.say(f"{peer.name} with {jobs} services: {kibibytes} KiB")
    return kibibytes


def steady(read):
    return wait_until_steady(read, 0.3, 60, "the memory")[0]


def rows(values):
    figure, ours = "daemon memory per job", values.pop("cronsupd")
    result = [Row(figure, f"{ours:.2f} KiB", target=f"≤ {MOST_KIB} KiB", met=ours <= MOST_KIB)]
    for peer in peers.PEERS:
        theirs = values.get(peer.name)
        reference = f"{peer.name} missing" if theirs is None else f"{peer.name} {theirs:.1f} KiB"
        result.append(Row(figure, f"{ours:.2f} KiB", reference, theirs and ours / theirs))
    return result
