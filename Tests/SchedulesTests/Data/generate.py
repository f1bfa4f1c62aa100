#!/usr/bin/env python3
"""Records what others say of zones and slots, for the tests to compare with; needs cronsim (2.8) and zic(8).

    python3 generate.py [--rows 22000]

writes beside itself
  zones.txt        every zone of the machine's tzdata, compiled by zic with the footer in use as early as it can be
  offsets.txt      what Python's zoneinfo says of them: every change of an offset from 1850 to 2100
  slots.txt        expression, zone, instant and the next five slots where cronsim agrees with the definition
  differences.txt  the same where it does not, with what it says instead and why

The definition is that of CalendarSchedule, followed here word by word over all civil times of a day and with the
offsets of zoneinfo: `Definition` below. It shares no code with either side but for cronsim's reading of the fields.
"""

import argparse
import base64
import bisect
import io
import pathlib
import random
import signal
import struct
import subprocess
import tempfile
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path("/usr/share/zoneinfo/tzdata.zi")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
DAY, WEEK = 86_400, 7 * 86_400
FIRST = -3_786_825_600  # 1850-01-01
LAST = 4_133_980_800  # 2101-01-01
ANSWERS = 5

# Where the clocks do, or did, what one does not expect: most rows come from here.
ODD = """Australia/Lord_Howe Africa/Cairo America/Santiago America/Asuncion Pacific/Apia Africa/Casablanca Europe/Riga
America/New_York Europe/Dublin Africa/Monrovia America/Caracas Asia/Pyongyang Asia/Kathmandu Antarctica/Troll Asia/Gaza
America/St_Johns Asia/Tehran America/Sao_Paulo America/Havana Asia/Beirut Pacific/Kwajalein Pacific/Kiritimati
America/Nuuk America/Scoresbysund Atlantic/Azores Africa/El_Aaiun Asia/Amman Pacific/Chatham Pacific/Norfolk
Europe/Lisbon Antarctica/Casey Pacific/Fakaofo Asia/Kolkata Europe/London Australia/Adelaide Asia/Hebron
America/Godthab Pacific/Easter America/Campo_Grande Africa/Juba Asia/Manila America/Juneau Europe/Volgograd""".split()


def epoch(moment):
    difference = moment - EPOCH
    return difference.days * DAY + difference.seconds


# Zones


class Zone:
    def __init__(self, name, data):
        self.name, self.data = name, data
        self.info = ZoneInfo.from_file(io.BytesIO(data), key=name)
        self.changes = list(self._changes())
        self._starts = [start for start, _ in self.changes]

    def offset(self, instant):
        """By zoneinfo. Only the direction from UTC is asked for, in which nothing is ambiguous."""
        local = (EPOCH + timedelta(seconds=instant)).astimezone(self.info)
        return int(local.utcoffset().total_seconds())

    def known_offset(self, instant):
        return self.changes[bisect.bisect_right(self._starts, instant) - 1][1]

    def known_start(self, instant):
        return self._starts[bisect.bisect_right(self._starts, instant) - 1]

    def gap_at(self, start):
        return self.known_offset(start) > self.known_offset(start - 1)

    def changes_near(self, instant):
        spans = self.spans(instant - DAY, instant + DAY)
        return any(start > FIRST and abs(start - instant) <= DAY for start, _, _ in spans)

    def spans(self, first, last):
        """All (start, end, offset) that touch first…last."""
        index = bisect.bisect_right(self._starts, first) - 1
        while index < len(self.changes) and self.changes[index][0] <= last:
            start, offset = self.changes[index]
            end = self.changes[index + 1][0] if index + 1 < len(self.changes) else LAST + 100 * 366 * DAY
            yield start, end, offset
            index += 1

    def _changes(self):
        """(FIRST, offset), then each instant at which zoneinfo's answer changes."""
        # Between two candidates the answer is the same, or changes once: those of the table, and each week behind it.
        # Right behind it each hour, since a file may contradict its footer there (America/Ojinaga 2022, compiled as
        # short as can be).
        table = [time for time in self._table() if FIRST < time < LAST]
        behind = max([FIRST] + table)
        hours = list(range(behind, behind + 2 * WEEK, 3_600))
        weeks = list(range(behind, LAST, WEEK))
        candidates = sorted(set(table + [time - 1 for time in table] + hours + weeks + [LAST]))
        last, offset = FIRST, self.offset(FIRST)
        yield last, offset
        for candidate in candidates:
            other = self.offset(candidate)
            if other != offset:
                low, high = last, candidate
                while high - low > 1:
                    middle = (low + high) // 2
                    if self.offset(middle) == offset:
                        low = middle
                    else:
                        high = middle
                yield high, other
            last, offset = candidate, other

    def _table(self):
        def header(at):
            return struct.unpack(">4sc15x6l", self.data[at:at + 44])[2:]

        def size(counts, time):
            utc, standard, leaps, times, types, names = counts
            return times * (time + 1) + types * 6 + names + leaps * (time + 4) + standard + utc

        second = 44 + size(header(0), 4)
        count = header(second)[3]
        return struct.unpack(f">{count}q", self.data[second + 44:second + 44 + 8 * count])


def compile_zones():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["zic", "-b", "slim", "-d", folder, str(SOURCE)], check=True)
        root = pathlib.Path(folder)
        paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
        return {name: complete(name, path.read_bytes()) for path in paths for name in [str(path.relative_to(root))]}


def complete(name, data):
    """Where zic leaves out transitions for shortness (Gaza, Hebron), the machine's file."""
    installed = SOURCE.parent / name
    if not installed.exists():
        return data
    full = installed.read_bytes()
    return data if Zone(name, data).changes == Zone(name, full).changes else full


def write_zones(files):
    version = SOURCE.read_text().split("\n", 1)[0].removeprefix("# ")
    lines = [f"# tzdata {version}, zic -b slim: name, then the file in base64 or = and the name of its equal"]
    names = {}
    for name, data in files.items():
        first = names.setdefault(data, name)
        lines.append(f"{name}\t{base64.b64encode(data).decode() if first == name else '=' + first}")
    (HERE / "zones.txt").write_text("\n".join(lines) + "\n")


def write_offsets(zones):
    lines = ["# name, the offset in 1850, then each change until 2100: seconds since the last, and the offset"]
    written = set()
    for zone in zones.values():
        if zone.data in written:
            continue
        written.add(zone.data)
        last, words = 0, [str(zone.changes[0][1])]
        for instant, offset in zone.changes[1:]:
            words.append(f"{instant - last}:{offset}")
            last = instant
        lines.append(f"{zone.name}\t{' '.join(words)}")
    (HERE / "offsets.txt").write_text("\n".join(lines) + "\n")


# The definition


class Definition:
    """A civil second of an expression with fixed times has its slot where the clocks first show it or a later one. Any
    other expression has a slot wherever the clocks show one of its seconds."""

    def __init__(self, expression, zone):
        self.zone = zone
        fields = CronSim(expression, datetime(2000, 1, 1))
        parts = fields.parts
        self.is_fixed = not parts[1].startswith("*") and not parts[2].startswith("*")
        self.months = fields.months
        self.match_day = fields.match_day
        self.times = [hour * 3_600 + minute * 60 + second for hour in sorted(fields.hours)
                      for minute in sorted(fields.minutes) for second in sorted(fields.seconds)]

    def next(self, instant, count):
        day = (instant + self.zone.known_offset(instant)) // DAY - 2
        slots = set()
        while day * DAY < LAST:
            # A civil time lies within 26 hours of UTC: nothing of this day or a later one comes before that.
            if len(slots) >= count and sorted(slots)[count - 1] < (day - 2) * DAY:
                break
            civil_day = date(1970, 1, 1) + timedelta(days=day)
            if civil_day.month in self.months and self.match_day(civil_day):
                slots |= self._slots(day, instant)
            day += 1
        return sorted(slots)[:count]

    def _slots(self, day, after):
        spans = list(self.zone.spans(day * DAY - 3 * DAY, day * DAY + 4 * DAY))
        place = self._fixed if self.is_fixed else self._elapsed
        return {slot for time in self.times for slot in place(day * DAY + time, spans) if slot > after}

    @staticmethod
    def _fixed(civil, spans):
        for start, end, offset in spans:
            if civil < end + offset:
                return [max(start, civil - offset)]
        return []

    @staticmethod
    def _elapsed(civil, spans):
        return [civil - offset for start, end, offset in spans if start <= civil - offset < end]


# cronsim


class Endless(Exception):
    pass


def give_up(*_):
    raise Endless


def simulate(expression, zone, instant):
    """`None` if it does not come to an end."""
    start = (EPOCH + timedelta(seconds=instant)).astimezone(zone.info)
    slots = []
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(3)
    try:
        iterator = CronSim(expression, start)
        while len(slots) < ANSWERS:
            slots.append(epoch(next(iterator).astimezone(timezone.utc)))
    except StopIteration:
        pass
    except Endless:
        return None
    finally:
        signal.alarm(0)
    return slots


# What makes cronsim say something else. It moves the face of the clock, and then asks which instant that was.
REASONS = {
    "not-later": "gives a time that the clocks show again the instant of its first showing, not after the last",
    "gap-rounded-up": "leaves a gap by whole minutes from the civil time, past an end that is not on one",
    "not-a-slot": "starts an elapsing job at the end of a gap that midnight fell into, though its fields do not fit",
    "endless": "goes round in a circle for ever: the beginning of the hour or the day, set on the face, lies behind it",
    "skips": "sets minute, hour or day to its beginning on the face, and misses times if the clocks change there",
}


def reasons(expression, zone, instant, theirs):
    """Each is checked, not guessed; UNEXPLAINED if none holds."""
    if theirs is None:
        return "endless"
    definition = Definition(expression, zone)
    slots = definition.next(instant, 400)
    found, last = set(), instant
    for slot in theirs:
        if slot <= last:
            found.add("not-later")
            continue
        start = zone.known_start(slot)
        rounded = definition.is_fixed and start in slots and last < start < slot < start + 60
        if rounded:
            found.add("gap-rounded-up")
        elif slot not in slots and not definition.is_fixed and slot == start and zone.gap_at(start):
            found.add("not-a-slot")
        elif slot not in slots:
            return "UNEXPLAINED"
        missed = [other for other in slots if last < other < slot and not (rounded and other == start)]
        if missed and not all(zone.changes_near(other) for other in missed):
            return "UNEXPLAINED"
        if missed:
            found.add("skips")
        last = slot
    return ",".join(sorted(found)) or "UNEXPLAINED"


# Rows


def expressions(rng, local):
    """Something that comes near a civil time."""
    minute, hour, day, month = local.minute, local.hour, local.day, local.month
    weekday = (local.weekday() + 1) % 7
    hour = (hour + rng.choice((-2, -1, -1, 0, 0, 0, 1, 1, 2))) % 24
    minute = rng.choice((0, 0, 15, 30, 30, 45, 59, minute, rng.randrange(60)))
    minutes = rng.choice((
        str(minute), str(minute), "0", "0,30", f"{minute}/15", "10-50/20", "0-59/20", "*/5", "*/15", "*/7", "*"))
    hours = rng.choice((
        str(hour), str(hour), str(hour), f"{hour},{(hour + 1) % 24}", f"{min(hour, 20)}-{min(hour, 20) + 3}",
        f"{hour % 4}/4", "*/2", "*/3", "*", "*", "0-23", "0", "1-5"))
    near = min(28, max(1, day + rng.choice((-1, 0, 0, 1))))
    days = rng.choice(("*",) * 12 + (str(near), f"{near},15", "*/2", "L", "LW", "1-7"))
    months = rng.choice(("*",) * 12 + (str(month), f"{month}/3" if month < 10 else str(month), "*/2"))
    weekdays = rng.choice(
        ("*",) * 14 + (str(weekday), "0", "7", "sun", "mon-fri", f"{weekday}L", f"{weekday}#{(day - 1) // 7 + 1}",
                       "*/2", "5-7"))
    expression = f"{minutes} {hours} {days} {months} {weekdays}"
    # cronsim has Debian's rules for five fields only; with six it is asked where they make no difference.
    if rng.random() < 0.05 and (minutes.startswith("*") or hours.startswith("*")):
        expression = rng.choice(("0", "30", "*/20", "5,6")) + " " + expression
    return expression


RARE = ["0 0 29 2 *", "0 0 29 2 */2", "0 12 31 */2 *", "0 0 1 1 *", "30 2 L 2 *", "0 3 * 3 sun#5", "0 0 13 * 5",
        "0 0 * 2 sat#5"]


def instants(rng, zone):
    changes = [change for change in zone.changes[1:] if change[0] >= -3 * 365 * DAY]
    if changes and rng.random() < 0.8:
        # The same weight for the table as for the years that follow from the footer.
        change = rng.choice(changes)[0]
        return change + rng.choice((
            rng.randint(-5, 5), rng.randint(-4_000, 4_000), rng.randint(-4_000, 8_000), rng.randint(-DAY, DAY),
            rng.randint(-30, 30) * 60 - rng.randint(0, 1), -DAY - rng.randint(0, 7_200)))
    return rng.randrange(0, 4_070_000_000)


def rows(rng, zones, count):
    names, seen = sorted(zones), set()
    while len(seen) < count:
        zone = zones[rng.choice(ODD) if rng.random() < 0.75 else rng.choice(names)]
        instant = instants(rng, zone)
        local = EPOCH + timedelta(seconds=instant + zone.known_offset(instant))
        expression = rng.choice(RARE) if rng.random() < 0.02 else expressions(rng, local)
        key = (expression, zone.name, instant)
        if key in seen:
            continue
        right = Definition(expression, zone).next(instant, ANSWERS)
        # Near 2101 the record of the zones ends before the answers do.
        if len(right) < ANSWERS or right[-1] > LAST - DAY:
            continue
        seen.add(key)
        if len(seen) % 2_000 == 0:
            print(len(seen), flush=True)
        yield expression, zone, instant, right, simulate(expression, zone, instant)


def differences(last, slots):
    result = []
    for slot in slots or []:
        result.append(str(slot - last))
        last = slot
    return " ".join(result)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=22_000)
    parser.add_argument("--seed", type=int, default=20_260_329)
    arguments = parser.parse_args()
    files = compile_zones()
    write_zones(files)
    zones = {name: Zone(name, data) for name, data in files.items() if name != "Factory"}
    write_offsets(zones)
    rng = random.Random(arguments.seed)
    same, other = [], []
    for row in rows(rng, zones, arguments.rows):
        expression, zone, instant, right, theirs = row
        line = f"{expression}\t{zone.name}\t{instant}\t{differences(instant, right)}"
        if theirs == right:
            same.append(line)
        else:
            other.append(f"{line}\t{differences(instant, theirs)}\t{reasons(expression, zone, instant, theirs)}")
    table = [f"# {name}: {text}" for name, text in REASONS.items()]
    head = "# expression, zone, instant, the next slots"
    note = "each so many seconds after the one before, the first after the instant"
    (HERE / "slots.txt").write_text("\n".join([f"{head}: {note}"] + same) + "\n")
    (HERE / "differences.txt").write_text("\n".join([f"{head}, cronsim's, reasons: {note}"] + table + other) + "\n")
    print(len(same), "agree,", len(other), "do not")


if __name__ == "__main__":
    main()
