#!/usr/bin/env python3
"""Reads metrics strictly: Prometheus' text format 0.0.4, and OpenMetrics 1.0, as far as they can be used by cronsupd.

    exposition.py (text | openmetrics) FILE          what is wrong with it, a line each
    exposition.py monotonic EARLIER LATER...         counters of the text format that have become less, or are gone
    exposition.py sums FILE                          JSON: the slots by their outcome, over all entries

The exit code is 1 if something is wrong. It is stricter than Prometheus: HELP and TYPE stand before each name, the samples of a name
stand together, no series is there twice, and buckets grow.
"""
import json
import re
import sys

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?Inf|NaN")
# Which names of samples a family of each type may have.
TEXT = {
    "counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"], "summary": ["", "_sum", "_count"], "untyped": [""],
}
OPENMETRICS = {
    "counter": ["_total", "_created"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count", "_created"],
    "summary": ["", "_sum", "_count", "_created"], "info": ["_info"], "stateset": [""], "unknown": [""],
}


class Fault(Exception):
    pass


class Exposition:
    def __init__(self, data, is_open):
        self.is_open = is_open
        self.suffixes = OPENMETRICS if is_open else TEXT
        self.families = {}
        self.series = {}
        self.current = None
        self.is_over = False
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Fault(f"no UTF-8: {error}") from error
        if text and not text.endswith("\n"):
            raise Fault("the last line has no end")
        for number, line in enumerate(text.split("\n")[:-1], 1):
            try:
                self.line(line)
            except Fault as fault:
                raise Fault(f"line {number}: {fault}: {line!r}") from None
        self.check()

    # Lines

    def line(self, line):
        if self.is_over:
            raise Fault("after # EOF")
        if line == "# EOF" and self.is_open:
            self.is_over = True
        elif line.startswith("#"):
            self.comment(line)
        elif not line:
            raise Fault("an empty line")
        else:
            self.sample(line)

    def comment(self, line):
        match = re.fullmatch(r"# (HELP|TYPE) ([^ ]+) (.*)", line)
        if not match or not NAME.fullmatch(match[2]):
            raise Fault("neither HELP nor TYPE of a name")
        what, name, rest = match.groups()
        if what == "HELP":
            if name in self.families:
                raise Fault("a second HELP, or the samples of a name stand apart")
            if re.search(r"\\(?![\\n" + ('"' if self.is_open else "") + "])", rest) or not rest.strip():
                raise Fault("the text of HELP")
            self.current = self.families[name] = {"name": name, "type": None, "samples": 0}
            return
        if self.current is None or self.current["name"] != name or self.current["type"]:
            raise Fault("TYPE does not follow the HELP of its name")
        if rest not in self.suffixes:
            raise Fault("an unknown type")
        self.current["type"] = rest

    def sample(self, line):
        match = NAME.match(line)
        if not match:
            raise Fault("no name")
        name, rest = match[0], line[match.end():]
        labels, rest = self.labels(rest) if rest.startswith("{") else ({}, rest)
        match = re.fullmatch(" (" + NUMBER.pattern + ")", rest)
        if not match:
            raise Fault("no value after one blank, or more than that")
        self.add(name, labels, float(match[1].replace("Inf", "inf")))

    def labels(self, text):
        labels, place = {}, 1
        while text[place:place + 1] != "}":
            match = LABEL.match(text, place)
            if not match or text[match.end():match.end() + 2] != '="':
                raise Fault("no label")
            value, place = self.value(text, match.end() + 2)
            if match[0] in labels:
                raise Fault("a label twice")
            labels[match[0]] = value
            if text[place:place + 1] == ",":
                place += 1
                if text[place:place + 1] == "}":
                    raise Fault("a comma at the end")
            elif text[place:place + 1] != "}":
                raise Fault("no end of the labels")
        return labels, text[place + 1:]

    def value(self, text, place):
        value = ""
        while place < len(text):
            letter = text[place]
            if letter == '"':
                return value, place + 1
            if letter == "\\":
                escaped = {"\\": "\\", '"': '"', "n": "\n"}.get(text[place + 1:place + 2])
                if escaped is None:
                    raise Fault("an unknown escape")
                value, place = value + escaped, place + 2
            else:
                value, place = value + letter, place + 1
        raise Fault("no end of a label's value")

    def add(self, name, labels, value):
        family = self.current
        if family is None or not family["type"]:
            raise Fault("a sample before its HELP and TYPE")
        if name not in [family["name"] + suffix for suffix in self.suffixes[family["type"]]]:
            raise Fault(f"no name of a sample of the {family['type']} {family['name']}")
        key = (name, tuple(sorted(labels.items())))
        if key in self.series:
            raise Fault("a series twice")
        if self.is_cumulative(family, name) and not value >= 0:
            raise Fault("a counter below 0")
        self.series[key] = value
        family["samples"] += 1

    @staticmethod
    def is_cumulative(family, name):
        return family["type"] == "counter" or (
            family["type"] in ("histogram", "summary") and re.search("_(bucket|count|sum)$", name) is not None)

    # All of it

    def check(self):
        if self.is_open and not self.is_over:
            raise Fault("no # EOF")
        for family in self.families.values():
            if not family["type"]:
                raise Fault(f"{family['name']} has no TYPE")
            if not self.is_open and family["type"] == "counter" and not family["name"].endswith("_total"):
                raise Fault(f"the counter {family['name']} does not end with _total")
            if self.is_open and family["type"] == "counter" and family["name"].endswith("_total"):
                raise Fault(f"the family {family['name']} ends with _total")
            if family["type"] == "histogram":
                self.check_histogram(family["name"])

    def check_histogram(self, name):
        rows = {}
        for (sample, labels), value in self.series.items():
            if sample == name + "_bucket":
                rest = dict(labels)
                if "le" not in rest:
                    raise Fault(f"a bucket of {name} without le")
                bound = rest.pop("le")
                if self.is_open and bound != "+Inf" and "." not in bound:
                    raise Fault(f"le={bound!r} of {name} is no floating-point number")
                rows.setdefault(tuple(sorted(rest.items())), []).append((float(bound.replace("Inf", "inf")), value))
        for labels, buckets in rows.items():
            if buckets != sorted(buckets) or [count for _, count in buckets] != sorted(count for _, count in buckets):
                raise Fault(f"the buckets of {name} do not grow")
            if buckets[-1][0] != float("inf") or buckets[-1][1] != self.series.get((name + "_count", labels)):
                raise Fault(f"the last bucket of {name} is not its count")

    def counters(self):
        for (name, labels), value in self.series.items():
            for family in self.families.values():
                if name.startswith(family["name"]) and self.is_cumulative(family, name) and (
                        name in [family["name"] + suffix for suffix in self.suffixes[family["type"]]]):
                    yield (name, labels), value


def read(path, is_open=False):
    with open(path, "rb") as file:
        return Exposition(file.read(), is_open)


def show(key):
    return key[0] + "{" + ",".join(f"{name}={value!r}" for name, value in key[1]) + "}"


def compare(paths):
    """Those of the process begin anew with each: the others do not."""
    before = None
    for path in paths:
        now = dict(read(path).counters())
        for key, value in (before or {}).items():
            if key[0].startswith("cronsupd_process_"):
                continue
            if key not in now:
                raise Fault(f"{path}: {show(key)} is gone")
            if now[key] < value:
                raise Fault(f"{path}: {show(key)} is {now[key]} after {value}")
        before = now


def sums(path):
    sums = {}
    for (name, labels), value in read(path).series.items():
        if name == "cronsupd_slots_total":
            outcome = dict(labels)["outcome"]
            sums[outcome] = sums.get(outcome, 0) + int(value)
    print(json.dumps(sums))


def main(arguments):
    try:
        match arguments:
            case ["text" | "openmetrics" as form, path]:
                read(path, form == "openmetrics")
            case ["monotonic", *paths] if len(paths) > 1:
                compare(paths)
            case ["sums", path]:
                sums(path)
            case _:
                sys.exit(__doc__)
    except Fault as fault:
        sys.exit(f"exposition.py: {fault}")


if __name__ == "__main__":
    main(sys.argv[1:])
