"""Parses the command line, measures, prints the table."""

import argparse
import os
import pathlib
import sys

from driver import figures, pairs, table
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
    parser.add_argument("--pair", type=pathlib.Path, metavar="OLD_BUILD",
                        help="print each row of this build beside that of the new one, measured by turns: a folder with "
                             "cronsupd and cronworker, or a source tree with a release build")
    parser.add_argument("--turns", type=int, metavar="COUNT", help="with --pair: how often each build has its turn")
    parser.add_argument("--list", action="store_true", help="list the figures and the peers, measure nothing")
    parser.add_argument("--daemon", type=pathlib.Path, default=RELEASE_BUILD / "cronsupd", metavar="PATH")
    parser.add_argument("--worker", type=pathlib.Path, metavar="PATH",
                        default=pathlib.Path(os.environ.get("WORKER", RELEASE_BUILD / "cronworker")),
                        help="default: the environment's WORKER, else that of the release build")
    parser.add_argument("--floors", type=pathlib.Path, required=True, metavar="FOLDER",
                        help="where the floors are built")
    parser.add_argument("--scratch", type=pathlib.Path, metavar="FOLDER",
                        help="for registries and logs; on a disk, not in memory (default: TMPDIR or /tmp)")
    arguments = parser.parse_args()
    if arguments.turns is not None and (arguments.turns < 1 or not arguments.pair):
        parser.error("--turns wants a number from 1 on, and --pair with it")
    return arguments


def list_all():
    for name, figure in figures.FIGURES.items():
        print(f"{name:14} {figure.TITLE}")
    for peer in PEERS:
        print(f"peer {peer.name:9} {'installed' if peer.is_installed() else missing(peer)}")


def missing(peer):
    return f"missing: its columns stay empty (package {peer.package})"


def old_paths(arguments):
    """A floor that speaks the protocol must speak that of its build: those that lie beside it are taken if there are."""
    tree = arguments.pair.resolve() / ".build"
    build = tree / "release" if tree.exists() else arguments.pair.resolve()
    floors = tree / "bench" if (tree / "bench").exists() else arguments.floors.resolve()
    paths = Paths(build / "cronsupd", build / "cronworker", floors)
    paths.check()
    return paths


def main():
    arguments = parse_arguments()
    if arguments.list:
        return list_all()
    paths = Paths(arguments.daemon.resolve(), arguments.worker.resolve(), arguments.floors.resolve())
    paths.check()
    names = arguments.only or list(figures.FIGURES)
    with Bench(paths, QUICK if arguments.quick else FULL, arguments.scratch) as bench:
        print(describe(bench.scratch), flush=True)
        if arguments.pair:
            result, failed = pairs.measure(names, bench, old_paths(arguments), arguments.turns or bench.plan.rounds)
            print(f"\n{result}")
            return EXIT_SYSTEM if failed else 0
        for peer in PEERS:
            if not peer.is_installed():
                print(f"peer {peer.name}: {missing(peer)}", flush=True)
        rows, failed = figures.measure(names, bench)
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
