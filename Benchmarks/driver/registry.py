"""Writes registries."""

import json

HEADER = 'version: "1.0"\nnamespace: bench\nentries:\n'
ENTRY = """\
  - name: {name}
{function}
    meta: {meta}
"""

HEARTBEAT = {"kind": "function.swift", "method": "heartbeat"}


def lua(source, method):
    return {"kind": "function.lua", "source": f"file://{source}", "method": method}


def command(*words):
    return {"kind": "function.exec", "command": list(words)}


def write(path, names, interval, function=HEARTBEAT, meta=None, exceptions=None):
    """Replaces the file as a whole, so that a daemon that reloads never sees half of it.

    `function`: the keys of an entry that say what it runs. `meta`: further keys of its schedule. `exceptions`: the
    functions of those names that have one of their own."""
    # JSON is YAML.
    meta = json.dumps({"type": "cron.job", "interval": interval} | (meta or {}))
    functions = dict.fromkeys(names, function) | (exceptions or {})
    new = path.with_suffix(".new")
    new.write_text(HEADER + "".join(entry(name, function, meta) for name, function in functions.items()))
    new.replace(path)


def entry(name, function, meta):
    keys = "\n".join(f"    {key}: {json.dumps(value)}" for key, value in function.items())
    return ENTRY.format(name=name, function=keys, meta=meta)


def job_names(count, first=1):
    """The last part is the function that a worker runs when no daemon tells it, as under the peers."""
    return [f"job.{number}.heartbeat" for number in range(first, first + count)]
