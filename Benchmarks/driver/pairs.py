"""Two builds by turns in one run: what has changed from the old one to the new one, and what is noise."""

from driver import figures, table
from driver.quantiles import median

LEAST_CHANGE = 0.01
"""What is less than this is noise, however steady."""
HEADINGS = ("figure", "new", "old", "new / old", "of each turn", "")


def measure(names, bench, old_paths, turns):
    """The table of all figures, and whether a row of it could not be measured."""
    new = [bench.turn(bench.paths) for _ in range(turns)]
    old = [bench.turn(old_paths) for _ in range(turns)]
    pairs = []
    for name in names:
        figures.announce(name)
        found = Figure(name)
        for turn in range(turns):
            sides = [("new", new[turn]), ("old", old[turn])]
            # What drifts in one direction meanwhile is to favour neither.
            for side, side_bench in sides if turn % 2 == 0 else reversed(sides):
                bench.say(f"{side}, turn {turn + 1} of {turns}")
                found.take(side, turn, figures.measure_one(name, side_bench) or [])
        pairs += found.pairs()
    return table.render(pairs, HEADINGS), any(not pair.is_measured for pair in pairs)


class Figure:
    """The rows of one figure by their names. Of rows of one name, which differ in the peer alone, the first counts."""

    def __init__(self, name):
        self._name, self._pairs = name, {}

    def take(self, side, turn, rows):
        for row in rows:
            self._pairs.setdefault(row.figure, Pair(row.figure)).rows[side].setdefault(turn, row)

    def pairs(self):
        return list(self._pairs.values()) or [Pair(self._name)]


class Pair:
    """One row of both builds."""

    def __init__(self, figure):
        self._figure = figure
        self.rows = {"new": {}, "old": {}}

    @property
    def is_measured(self):
        return all(self.rows.values())

    def cells(self):
        ratios = self._ratios()
        ratio = f"{median(ratios):.3f}" if ratios else "-"
        spread = f"{min(ratios):.3f} to {max(ratios):.3f}" if ratios else "-"
        return (self._figure, self._shown("new"), self._shown("old"), ratio, spread, self._verdict())

    def _ratios(self):
        """Of the turns that both builds have."""
        new, old = (self._numbers(side) for side in ("new", "old"))
        return [new[turn] / old[turn] for turn in new if old.get(turn)]

    def _numbers(self, side):
        return {turn: row.number for turn, row in self.rows[side].items() if row.number is not None}

    def _shown(self, side):
        """The value of the turn in the middle."""
        rows = sorted(self.rows[side].values(), key=lambda row: row.number or 0)
        return rows[(len(rows) - 1) // 2].value if rows else "not measured"

    def _verdict(self):
        """A change is more than noise if each turn of the one build is beyond each turn of the other."""
        if not self.is_measured:
            return "NOT MEASURED"
        new, old = (list(self._numbers(side).values()) for side in ("new", "old"))
        if not new or not old:
            texts = [{row.value for row in rows.values()} for rows in self.rows.values()]
            return "same" if texts[0] == texts[1] else "DIFFERS"
        if new == old:
            return "same"
        if min(len(new), len(old)) < 2:
            return "unknown"
        least, most = sorted((median(new), median(old)))
        is_more = min(new) > max(old)
        if least * (1 + LEAST_CHANGE) > most or not (is_more or max(new) < min(old)):
            return "noise"
        return "better" if is_more == self._more_is_better() else "WORSE"

    def _more_is_better(self):
        return any(row.more_is_better for row in self.rows["new"].values())
