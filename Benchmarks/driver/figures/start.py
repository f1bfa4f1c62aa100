"""From the exec of the daemon until all its jobs are ready."""

from driver import floors, peers, registry
from driver.daemon import Daemon
from driver.quantiles import median
from driver.table import Row, against

TITLE = "start until all jobs are ready, against a bare spawn loop and the peers"
MOST_OF_FLOOR = 1.3
MOST_OF_S6 = 0.5


def measure(bench):
    runners = {"cronsupd": start_daemon, "spawn loop": start_floor}
    runners |= {peer.name: peer_starter(peer) for peer in peers.installed(bench)}
    seconds = {name: [] for name in runners}
    for _ in bench.rounds():
        for name, run in runners.items():
            seconds[name].append(run(bench))
            bench.say(f"{name}: {seconds[name][-1]:.3f} s")
    return rows(bench.plan.jobs, {name: median(values) for name, values in seconds.items()})


def start_daemon(bench):
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(bench.plan.jobs), "1h")
        seconds = daemon.wait_until_ready()
        daemon.stop()
    return seconds


def start_floor(bench):
    with bench.folder() as folder:
        ready, spawned = floors.spawn(bench, folder, bench.plan.jobs)
    bench.say(f"spawn loop: all spawned after {spawned:.3f} s")
    return ready


def peer_starter(peer):
    def start(bench):
        with peers.folder(bench) as folder:
            return peer(bench, folder, bench.plan.jobs).wait_until_ready()
    return start


def rows(jobs, seconds):
    ours, figure = seconds["cronsupd"], f"start of {jobs} jobs"
    result = [against(figure, ours, seconds["spawn loop"], "s", "spawn loop", MOST_OF_FLOOR, digits=3)]
    for peer in peers.PEERS:
        most = MOST_OF_S6 if peer.name == "s6" else None
        result.append(against_peer(figure, ours, peer.name, seconds.get(peer.name), most))
    return result


def against_peer(figure, ours, name, theirs, most_ratio):
    target = "-" if most_ratio is None else f"< {most_ratio:g} × {name}"
    if theirs is None:
        return Row(figure, f"{ours:.3f} s", f"{name} missing", target=target)
    met = None if most_ratio is None else ours < most_ratio * theirs
    return Row(figure, f"{ours:.3f} s", f"{name} {theirs:.3f} s", ours / theirs, target, met)
