"""Follows a file that another process appends lines to."""

import json
import os

from driver.failure import Failure


class LineCounter:
    """Counts the lines of a growing file that contain some bytes, looking at each byte once."""

    def __init__(self, path, needle):
        self._path, self._needle = path, needle
        self._file = None
        self._rest = b""
        self.count = 0
        self.last = None
        """The last of these lines."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._file is not None:
            self._file.close()

    def read(self):
        """Takes in the next megabyte at most, and returns the count so far."""
        if self._file is None:
            if not os.path.exists(self._path):
                return 0
            self._file = open(self._path, "rb", buffering=0)
        lines, _, self._rest = (self._rest + self._file.read(1 << 20)).rpartition(b"\n")
        for line in lines.split(b"\n"):
            if self._needle in line:
                self.count += 1
                self.last = line
        return self.count


def message(text):
    """How a message stands in a JSON record, whatever the spaces around it."""
    return json.dumps(text).encode()


def records(path, *messages):
    """The records of a JSON log whose message is one of `messages`; all of them if none is given."""
    needles = [message(text) for text in messages]
    with open(path, "rb") as log:
        for line in log:
            if not needles or any(needle in line for needle in needles):
                try:
                    record = json.loads(line)
                except ValueError:
                    raise Failure(f"the log has a line that is not JSON: {line[:200]!r}") from None
                if not messages or record["message"] in messages:
                    yield record
