"""Waits for conditions, never for a time to pass."""

import time

from driver.failure import Failure

INSTANT = 0.0002
"""Seconds between two looks: where what is measured takes a few milliseconds."""
PROMPT = 0.002
"""Where the moment itself is what is measured."""
STEADY = 0.01
"""Where a change is looked for over seconds."""
RELAXED = 0.1
"""Where to look more often would disturb what is measured."""


def wait_until(condition, seconds, what, poll=PROMPT):
    """Returns the first true value of `condition`; fails when it has none within `seconds`.

    `what`: for the error message, a text or a function that makes one."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds:g} s in vain for {what() if callable(what) else what}")
        time.sleep(poll)


def wait_until_steady(read, quiet_seconds, seconds, what):
    """Returns (value, the moment of its last change) once `read` has given the same value for `quiet_seconds`."""
    deadline = time.monotonic() + seconds
    value, changed = read(), time.monotonic()
    while True:
        now = time.monotonic()
        latest = read()
        if latest != value:
            value, changed = latest, now
        elif now - changed >= quiet_seconds:
            return value, changed
        if now > deadline:
            raise Failure(f"waited {seconds:g} s in vain for {what} to come to rest")
        time.sleep(STEADY)
