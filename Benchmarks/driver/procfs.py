"""What /proc tells of a process: proc(5)."""

import os
import pathlib

PROC = pathlib.Path("/proc")


def pss_kib(pid):
    """The process's memory, where a page that n processes share counts as 1/n."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError(f"/proc/{pid}/smaps_rollup has no line Pss")


def cpu_seconds(pid):
    """The processor time of all threads. schedstat counts nanoseconds, where stat counts hundredths of a second."""
    threads = (PROC / str(pid) / "task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def wake_ups(pid):
    """How often the process went to sleep of its own accord, and so how often it woke."""
    count = 0
    for thread in (PROC / str(pid) / "task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                count += int(line.split()[1])
    return count


def bytes_written(pid):
    """What it has had written to disks."""
    for line in (PROC / str(pid) / "io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise ValueError(f"/proc/{pid}/io has no line write_bytes")


def private_kib(pid):
    """The memory that lies in no file. Of a program that was just built the pages of the file are dirty too."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1])
    raise ValueError(f"/proc/{pid}/smaps_rollup has no line Anonymous")


def command_line(pid):
    """The words that the process was started with; none if it has gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_text().split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def children_of_all():
    """The living children of each process, as a dictionary from the parent's ID to [(pid, name)]."""
    children = {}
    for entry in os.listdir(PROC):
        if entry.isdigit():
            try:
                stat = (PROC / entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            # The name stands in parentheses and may hold any character, so what follows is found from the end.
            name, rest = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
            if rest[0] != "Z":
                children.setdefault(int(rest[1]), []).append((int(entry), name))
    return children


def descendants(pid):
    """[(pid, name)] of all processes below `pid`."""
    children = children_of_all()
    found, open_ends = [], [pid]
    while open_ends:
        below = children.get(open_ends.pop(), [])
        found += below
        open_ends += [child for child, _ in below]
    return found
