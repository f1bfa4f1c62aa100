"""What the figures were measured on."""

import os
import platform


def describe(scratch):
    lines = [
        f"kernel   {platform.system()} {platform.release()} {platform.machine()}",
        f"cpus     {len(os.sched_getaffinity(0))} × {cpu_model()}",
        f"load     {os.getloadavg()[0]:.2f} before the run",
        f"scratch  {file_system(scratch)}",
    ]
    return "\n".join(lines)


def cpu_model():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "unknown"


def file_system(path):
    """The type of the file system that `path` is on: the longest mount point above it."""
    best = ("", "unknown")
    with open("/proc/self/mounts") as mounts:
        for line in mounts:
            _, point, kind, *_ = line.split()
            inside = str(path) == point or str(path).startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best[0]):
                best = (point, kind)
    return best[1]
