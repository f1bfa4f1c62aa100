"""The one definition of a percentile that both sides of a comparison are held to."""

import math
import statistics

median = statistics.median


def percentile(values, percent):
    """The smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
