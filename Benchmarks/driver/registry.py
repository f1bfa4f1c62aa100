"""Writes registries."""

HEADER = 'version: "1.0"\nnamespace: bench\nentries:\n'
ENTRY = """\
  - name: {name}
    kind: function.swift
    method: heartbeat
    meta: {{type: cron.job, interval: "{interval}"}}
"""


def write(path, names, interval):
    """Replaces the file as a whole, so that a daemon that reloads never sees half of it."""
    new = path.with_suffix(".new")
    new.write_text(HEADER + "".join(ENTRY.format(name=name, interval=interval) for name in names))
    new.replace(path)


def job_names(count, first=1):
    """The last part is the function that a worker runs when no daemon tells it, as under the peers."""
    return [f"job.{number}.heartbeat" for number in range(first, first + count)]
