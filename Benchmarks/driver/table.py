"""The table that a run ends with."""

import dataclasses
import re

HEADINGS = ("figure", "value", "floor or peer", "ratio", "target", "met")


@dataclasses.dataclass(frozen=True)
class Row:
    figure: str
    value: str
    reference: str = "-"
    ratio: float | None = None
    target: str = "-"
    met: bool | None = None
    """`None`: there is nothing to meet, or nothing to compare with."""
    more_is_better: bool = False

    @property
    def number(self):
        """Of the value, as it is shown; `None` if that is more than one number, or not measured."""
        match = re.match(r"(\d[\d,]*(?:\.\d+)?)(?! /|[\d.,])", self.value)
        return float(match[1].replace(",", "")) if match else None

    def cells(self):
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        met = "-" if self.met is None else "yes" if self.met else "NO"
        return (self.figure, self.value, self.reference, ratio, self.target, met)


def against(figure, value, reference, unit, name, most_ratio, digits=1):
    """A row for a value that may be at most `most_ratio` times its reference."""
    ratio = value / reference
    return Row(figure, f"{value:.{digits}f} {unit}", f"{name} {reference:.{digits}f} {unit}", ratio,
               f"≤ {most_ratio:g} × {name}", ratio <= most_ratio)


def failure(figure):
    """A row for what could not be measured; the reason was printed when that was found."""
    return Row(figure, "not measured", met=False)


def render(rows, headings=HEADINGS):
    cells = [headings] + [row.cells() for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
    lines.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join(lines)
