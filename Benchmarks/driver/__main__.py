"""Parses the command line, measures, prints the table."""

import argparse
import os
import pathlib
import sys

from driver import figures, table
from driver.bench import Bench, Paths
from driver.failure import Failure
from driver.machine import describe
from driver.peers import PEERS
from driver.plan import FULL, QUICK

EXIT_USAGE = 100
EXIT_SYSTEM = 111
EXIT_INTERRUPTED = 130
RELEASE_BUILD = pathlib.Path(__file__).resolve().parents[2] / ".build" / "release"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"bench: {message}\n")


def parse_arguments():
    parser = Parser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", choices=list(figures.FIGURES),
                        help="measure this figure; may be given several times")
    parser.add_argument("--quick", action="store_true", help="smaller numbers: a smoke test, not a measurement")
    parser.add_argument("--list", action="store_true", help="list the figures and the peers, measure nothing")
    parser.add_argument("--daemon", type=pathlib.Path, default=RELEASE_BUILD / "cronsupd", metavar="PATH")
    parser.add_argument("--worker", type=pathlib.Path, metavar="PATH",
                        default=pathlib.Path(os.environ.get("WORKER", RELEASE_BUILD / "cronworker")),
                        help="default: the environment's WORKER, else that of the release build")
    parser.add_argument("--floors", type=pathlib.Path, required=True, metavar="FOLDER",
                        help="where the floors are built")
    parser.add_argument("--scratch", type=pathlib.Path, metavar="FOLDER",
                        help="for registries and logs; on a disk, not in memory (default: TMPDIR or /tmp)")
    return parser.parse_args()


def list_all():
    for name, figure in figures.FIGURES.items():
        print(f"{name:14} {figure.TITLE}")
    for peer in PEERS:
        print(f"peer {peer.name:9} {'installed' if peer.is_installed() else missing(peer)}")


def missing(peer):
    return f"missing: its columns stay empty (package {peer.package})"


def main():
    arguments = parse_arguments()
    if arguments.list:
        return list_all()
    paths = Paths(arguments.daemon.resolve(), arguments.worker.resolve(), arguments.floors.resolve())
    paths.check()
    with Bench(paths, QUICK if arguments.quick else FULL, arguments.scratch) as bench:
        print(describe(bench.scratch), flush=True)
        for peer in PEERS:
            if not peer.is_installed():
                print(f"peer {peer.name}: {missing(peer)}", flush=True)
        rows, failed = figures.measure(arguments.only or list(figures.FIGURES), bench)
    print()
    print(table.render(rows))
    return EXIT_SYSTEM if failed else 0


def run():
    """The exit code: what was measured says nothing about it, that it could be measured does."""
    try:
        return main()
    except Failure as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return EXIT_SYSTEM
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
