"""A day of history for a ledger, so that the pages have something to show: rows of runs and gaps, put into its database while
nobody has it open."""

import json
import random
import sqlite3
import time

OUTCOMES = ["ok", "failed", "timeout", "crashed", "oom", "skipped", "missed", "cancelled", "interrupted"]
MICRO = 1_000_000


class History:
    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None)
        self.life = self.database.execute("SELECT max(id) FROM life").fetchone()[0]
        self.now = int(time.time())
        self.random = random.Random(7)

    def job(self, name, every, duration, outcomes=None, gap=None, failing=False, count=None, offset=0):
        """`every`, `duration`: in seconds. `outcomes`: of the slots from the last one backwards, as (outcome, code, text).
        `gap`: seconds ago, from and to, in which slots were missed."""
        id = self.database.execute("SELECT id FROM job WHERE name = ?", [name]).fetchone()[0]
        last = (self.now - offset) // every * every + offset
        slots = [slot for slot in range(last - 86_400, last + 1, every) if slot < self.now - duration * 2][-(count or 9_999):]
        number, missed = 0, []
        for place, slot in enumerate(slots):
            if gap and self.now - gap[0] <= slot <= self.now - gap[1]:
                missed.append(slot)
                continue
            number += 1
            back = len(slots) - 1 - place
            outcome, code, text = (outcomes or {}).get(back, ("ok", None, "done"))
            took = duration * self.random.uniform(0.6, 1.5)
            if outcome == "timeout":
                took = duration * 4
            self.run(id, number, slot, outcome, took, code, text)
        if missed:
            self.database.execute(
                "INSERT INTO gap (id, job, first, last, count, outcome, reason, life) VALUES (?, ?, ?, ?, ?, 6, 'down', ?)",
                [1_000_000 + id, id, missed[0] * MICRO, missed[-1] * MICRO, len(missed), self.life])
        failures = next((at for at in range(99) if (outcomes or {}).get(at, ("ok",))[0] in ("ok", "skipped")), 0)
        self.database.execute(
            "UPDATE job SET runs = ?, failures = ?, is_failing = ?, accounted = ?, ok = ?, last_began = ?, is_ordered = 1 "
            "WHERE id = ?",
            [number, failures if failing else 0, failing, slots[-1] * MICRO, number, slots[-1] * MICRO + 900, id])

    def run(self, job, number, slot, outcome, took, code, text):
        row = job << 40 | number
        self.database.execute(
            "INSERT INTO run (id, settles, life, slot, attempt, cause, outcome, reason, began, duration, lateness, code, text) "
            "VALUES (?, 1, ?, ?, 1, 0, ?, NULL, ?, ?, ?, ?, ?)",
            [row, self.life, slot * MICRO, OUTCOMES.index(outcome), slot * MICRO + 800, int(took * MICRO), 800, code, text])
        if outcome != "ok":
            tail = f"connecting to backup.example.org\n{text}\n"
            self.database.execute(
                "INSERT INTO output (run, lines, bytes, tail) VALUES (?, 2, ?, ?)", [row, len(tail), tail])

    def close(self):
        self.database.close()
