"""Who is left when a supervisor is killed."""

import os
import pathlib
import signal
import time

from driver import peers, procfs, registry
from driver.daemon import STARTED, TICK, Daemon
from driver.table import Row
from driver.waiting import STEADY, wait_until

TITLE = "who is left alive after SIGKILL of the supervisor and after its next start, beside the peers"
SECONDS = 3
"""Between a kill or a start and the count."""
MAIN, CHILD, GRANDCHILD = ["sleep", "86401"], ["sleep", "86402"], ["sleep", "86403"]
"""Their words tell the processes of a job from each other. The grandchild has a session of its own."""
CHILD_SCRIPT = f"setsid {' '.join(GRANDCHILD)} & exec {' '.join(CHILD)}"
SCRIPT = f"/bin/sh -c '{CHILD_SCRIPT}' & exec {' '.join(MAIN)}"
LUA_SOURCE = pathlib.Path(__file__).resolve().parents[2] / "Lua" / "orphans.lua"
WAITING = "Waiting for previous worker"
AT_START = {"at_start": True}
HASTE = {"lifecycle": {"stop_timeout": "10ms"}}
"""The runs would last for a day."""


def measure(bench):
    jobs = bench.plan.orphaned_jobs
    idle, busy = idle_daemon(bench, jobs), busy_daemon(bench, jobs)
    killed = {peer.name: peer_killed(bench, peer, jobs) for peer in peers.installed(bench)}
    copies = {peer.name: peer_copies(bench, peer, jobs) for peer in peers.installed(bench)}
    names = [peer.name for peer in peers.PEERS]
    figure = f"main / child / grandchild left of {jobs}"
    return [
        *(row for name in names for row in idle_rows(figure, idle, name, killed.get(name, (None, None)))),
        *busy_rows(figure, busy, jobs),
        *(copies_row(busy[-1], name, copies.get(name)) for name in names),
    ]


def idle_rows(figure, ours, name, theirs):
    killed, restarted = ours
    return [
        beside(f"{figure}, {SECONDS} s after SIGKILL", killed, name, theirs[0], "no main", killed[0] == 0),
        beside("the same after the next start", restarted, name, theirs[1], "none", sum(restarted) == 0),
    ]


def busy_rows(figure, ours, jobs):
    killed, restarted, ended, _ = ours
    return [
        Row(f"{figure} in a run, {SECONDS} s after SIGKILL", text(killed), target="may finish", met=killed[0] == jobs),
        Row("the same after the next start", text(restarted), target="may finish", met=restarted[0] == jobs),
        Row("the same when the runs have ended", text(ended), target="none", met=sum(ended) == 0),
    ]


def copies_row(ours, name, theirs):
    return Row("copies of a job after its supervisor's SIGKILL and restart", f"{ours:g}",
               f"{name} missing" if theirs is None else f"{name} {theirs:g}", target="1", met=ours == 1)


def beside(figure, ours, name, theirs, target, met):
    return Row(figure, text(ours), f"{name} {text(theirs)}" if theirs else f"{name} missing", target=target, met=met)


def text(counts):
    return " / ".join(map(str, counts))


class Roles:
    """The processes of the jobs by what they are to their job: main, child, grandchild."""

    def __init__(self, jobs, is_main=MAIN.__eq__):
        self._is_main = is_main
        wait_until(lambda: self._counts() == (jobs,) * 3, 60,
                   lambda: f"{jobs} processes of each role, of which {self._counts()} came", STEADY)
        self._first = self._find()

    def left(self):
        """How many of those that were found at first are still alive."""
        return tuple(len(first & now) for first, now in zip(self._first, self._find()))

    def mains(self):
        return self._find()[0]

    def _counts(self):
        return tuple(map(len, self._find()))

    def _find(self):
        # All below the driver, which is a subreaper: it has not lost those that lost their parents.
        words = {pid: procfs.command_line(pid) for pid, _ in procfs.descendants(os.getpid())}
        tests = (self._is_main, CHILD.__eq__, GRANDCHILD.__eq__)
        return tuple({pid for pid, line in words.items() if is_role(line)} for is_role in tests)


def idle_daemon(bench, jobs):
    """Who is left of idle workers: after the kill, and when the next daemon starts its first worker."""
    function = registry.lua(LUA_SOURCE, "leave") | {"args": CHILD_SCRIPT}
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(jobs), "1h", function, AT_START)
        daemon.wait_for(TICK, jobs, 60)
        roles = Roles(jobs, lambda words: words[:1] == [str(bench.paths.worker)])
        daemon.kill()
        # The span that is measured, not a wait for anything. So with those below.
        time.sleep(SECONDS)
        killed = roles.left()
        daemon = Daemon(bench, folder, registry.job_names(jobs), "1h", function)
        daemon.wait_for(STARTED, jobs + 1, 60)
        restarted = roles.left()
        daemon.wait_for(STARTED, jobs * 2, 60)
        daemon.stop()
    bench.say(f"cronsupd, idle: {text(killed)}, after the next start {text(restarted)}")
    return killed, restarted


def busy_daemon(bench, jobs):
    """Who is left of runs in hand: after the kill, after the start of the next daemon, and when the runs have ended.
    Last, how many copies of each job there were after that start."""
    function = registry.command("/bin/sh", "-c", SCRIPT) | HASTE
    with bench.folder() as folder:
        daemon = Daemon(bench, folder, registry.job_names(jobs), "1h", function, AT_START)
        roles = Roles(jobs)
        daemon.kill()
        time.sleep(SECONDS)
        killed = roles.left()
        daemon = Daemon(bench, folder, registry.job_names(jobs), "1h", function, AT_START)
        daemon.wait_for(WAITING, jobs, 60)
        time.sleep(SECONDS)
        restarted, copies = roles.left(), len(roles.mains()) / jobs
        for pid in roles.mains():
            os.kill(pid, signal.SIGTERM)
        daemon.wait_for(STARTED, jobs * 2, 60)
        ended = roles.left()
        daemon.stop()
    bench.say(f"cronsupd, in a run: {text(killed)}, after the next start {text(restarted)}, {copies:g} of a job, "
              f"after the runs {text(ended)}")
    return killed, restarted, ended, copies


def peer_killed(bench, peer, jobs):
    with peers.folder(bench) as folder:
        supervisor = peer(bench, folder, jobs, SCRIPT)
        roles = Roles(jobs)
        supervisor.kill()
        time.sleep(SECONDS)
        killed = roles.left()
        supervisor.start()
        time.sleep(SECONDS)
        restarted = roles.left()
    bench.say(f"{peer.name}: {text(killed)}, after the next start {text(restarted)}")
    return killed, restarted


def peer_copies(bench, peer, jobs):
    with peers.folder(bench) as folder:
        supervisor = peer(bench, folder, jobs, SCRIPT)
        roles = Roles(jobs)
        supervisor.kill_next_to_services()
        time.sleep(SECONDS)
        copies = len(roles.mains()) / jobs
    bench.say(f"{peer.name}, copies of a service: {copies:g}")
    return copies
