#!/usr/bin/env python3
"""Whether the campaigns find every deliberate fault.

usage: hunt.py BUILD [--sample N] [--limit SECONDS] [--jobs N] [NAME...]

BUILD is a build directory of the preset "mutants". All campaigns must pass without a fault;
then each fault of mutants.tsv is switched on in turn, and the campaigns run until one fails:
the one that the list names first, then the others. Prints one line per fault (killed, by
which campaign, at which seed, after how many seconds) and at the end how many of how many.
--sample: only every Nth fault. --limit: processor seconds for each campaign. NAME: only those faults.
The exit status is 1 when a fault survives or a campaign fails without any.
"""
import argparse
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SKIPPED = 77

# name: the commands, in the build's directory of tests
CAMPAIGNS = {
    "oracle": [["campaign", "120", "1", "once"]],
    "hops": [["campaign", "12", "10", "hops"]],
    "metamorphic": [["metamorphic", "12", "1"]],
    "laws": [["laws", "12", "1"]],
    "unread": [["unread", "14", "1", "7"]],
    "conformance": [
        ["conformance_conditions", ROOT / "../shared/oracles"],
        ["conformance_decisions", ROOT / "../shared/oracles",
         ROOT / "tests/conformance/decision_exceptions.tsv"],
    ],
    "differential": [["differential", ROOT / "tests/differential/simulator.mjs",
                      ROOT / "build/simulator", "20000", "1"]],
    "rules": [["rule_worlds", ROOT / "tests/rules/aws.worlds", "0", "2"]],
    "ingest": [["test_ingest"]],
}


def read_list():
    """(name, first campaign, false answer) of each fault."""
    rows = []
    for line in (HERE / "mutants.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            rows.append(tuple(line.split("\t")))
    return rows


def sources():
    for room in ("base", "graphstore", "ingest", "catalog", "reachability", "query", "cli"):
        yield from sorted((ROOT / room).glob("*.c"))


def unused(rows):
    """Faults of the list that are nowhere in the program."""
    text = "".join(path.read_text(encoding="utf-8") for path in sources())
    named = set(re.findall(r"MUTANT\(\s*(\w+)", text))
    return [name for name, _, _ in rows if name not in named]


def run(build, command, fault, limit):
    """The exit status (None: out of time) and what was printed."""
    environment = dict(os.environ, LATCHKEY_MUTANT=fault)
    arguments = [str(build / "tests" / command[0])] + [str(a) for a in command[1:]]
    # processor time: how busy the machine is must not decide
    def bound():
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 5))

    done = subprocess.run(arguments, env=environment, capture_output=True, check=False,
                          preexec_fn=bound)
    if done.returncode == -signal.SIGXCPU:
        return None, ""
    return done.returncode, done.stdout.decode("utf-8", "replace")


def failing(build, name, fault, limit):
    """(failed, seed) of one campaign."""
    for command in CAMPAIGNS[name]:
        status, text = run(build, command, fault, limit)
        if status not in (0, SKIPPED, None):
            seed = re.search(r"seed (\d+)", text)
            return True, seed.group(1) if seed else command[-1 if name == "differential" else 0]
    return False, ""


def hunt(build, row, limit):
    """A line, and whether the fault was found."""
    name, first, _ = row
    begin = time.monotonic()
    for campaign in [first] + [c for c in CAMPAIGNS if c != first]:
        failed, seed = failing(build, campaign, name, limit)
        if failed:
            took = time.monotonic() - begin
            return f"killed    {name:34} by {campaign:12} seed {seed:6} {took:6.1f} s", True
    return f"SURVIVED  {name:34} {time.monotonic() - begin:6.1f} s", False


def sound(build, campaigns, limit, pool):
    """Whether the campaigns pass without a fault; else nothing can be said."""
    answers = list(pool.map(lambda c: failing(build, c, "", limit), campaigns))
    for campaign, (failed, seed) in zip(campaigns, answers):
        if failed:
            print(f"{campaign} fails without any fault (seed {seed})")
    return not any(failed for failed, _ in answers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    given = parser.parse_intermixed_args()
    rows = read_list()
    lost = unused(rows)
    if lost:
        sys.exit(f"nowhere in the program: {', '.join(lost)}")
    rows = [r for r in rows if r[0] in given.names] if given.names else rows[::given.sample]
    wanted = [c for c in CAMPAIGNS if any(c == first for _, first, _ in rows)]
    begin = time.monotonic()
    with ThreadPoolExecutor(given.jobs) as pool:
        if not sound(given.build, wanted, given.limit, pool):
            sys.exit(1)
        killed = 0
        for line, found in pool.map(lambda r: hunt(given.build, r, given.limit), rows):
            print(line, flush=True)
            killed += found
    print(f"killed {killed}/{len(rows)} in {time.monotonic() - begin:.0f} s")
    sys.exit(0 if killed == len(rows) else 1)


if __name__ == "__main__":
    main()
