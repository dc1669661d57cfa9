#!/usr/bin/env python3
"""Whether the campaigns find every deliberate fault.

usage: hunt.py BUILD [--share N [--turn T]] [--limit SECONDS] [--jobs N] [--remember] [NAME...]

BUILD is a build directory of the preset "mutants". Each fault of mutants.tsv is switched on in
turn, and the campaigns run until one fails: first the seed that found it last (seeds.tsv), then
the campaign that the list names, then the others, those that found most before the others. A
failure counts when the same command passes without the fault. Prints one line per fault (killed,
by which campaign, at which seed, after how many seconds) and at the end how many of how many.

--share: one of N of the faults; --turn: which of the N shares, else that of the day. --limit:
processor seconds for each campaign. --remember: write the seeds to seeds.tsv. NAME: only those
faults. The exit status is 1 when a fault survives, when only a check that is no random campaign
finds it, or when something fails without any.
"""
import argparse
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SKIPPED = 77



class Campaign:
    """Commands in the build's directory of tests; `one` is that of a single seed."""

    def __init__(self, *commands, one=None, sure=False):
        self.commands = [[str(word) for word in c] for c in commands]
        self.one = one
        self.random = not sure


SIMULATED = ["differential", str(ROOT / "tests/differential/simulator.mjs"),
             str(ROOT / "build/simulator")]
ORACLES = ROOT / "../shared/oracles"
CAMPAIGNS = {
    "oracle": Campaign(["campaign", 150, 1, "once"],
                       one=lambda seed: ["campaign", "1", seed, "once"]),
    "hops": Campaign(["campaign", 20, 1, "hops"],
                     one=lambda seed: ["campaign", "1", seed, "hops"]),
    "metamorphic": Campaign(["metamorphic", 12, 1], one=lambda seed: ["metamorphic", "1", seed]),
    "laws": Campaign(["laws", 12, 1], one=lambda seed: ["laws", "1", seed]),
    "unread": Campaign(["unread", 6, 1, 1], one=lambda seed: ["unread", "1", seed, "1"]),
    # its seed is how many requests it took to find the fault
    "differential": Campaign(SIMULATED + [20000, 1], one=lambda seed: SIMULATED + [seed, "1"]),
    "rules": Campaign(["rule_worlds", ROOT / "tests/rules/aws.worlds", 0, 2], sure=True),
    "ingest": Campaign(["test_ingest"], sure=True),
    "conformance": Campaign(
        ["conformance_conditions", ORACLES],
        ["conformance_decisions", ORACLES, ROOT / "tests/conformance/decision_exceptions.tsv"],
        sure=True),
}


def read_table(name, columns):
    """Rows of a table; '#' begins a comment."""
    rows = []
    path = HERE / name
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            rows.append(tuple(line.split("\t")))
    assert all(len(r) == columns for r in rows), name
    return rows


def sources():
    for room in ("base", "graphstore", "ingest", "catalog", "reachability", "query", "cli"):
        yield from sorted((ROOT / room).glob("*.c"))


def unused(rows):
    """Faults of the list that are nowhere in the program."""
    text = "".join(path.read_text(encoding="utf-8") for path in sources())
    named = set(re.findall(r"MUTANT\(\s*(\w+)", text))
    return [name for name, _, _ in rows if name not in named]


class Hunt:
    def __init__(self, build, limit, seeds):
        self.build = build
        self.limit = limit
        self.seeds = seeds  # fault: (campaign, seed)
        self.sound = {}     # command: whether it passes without a fault
        self.unsound = set()
        self.lock = threading.Lock()
        found = Counter(campaign for campaign, _ in seeds.values())
        self.order = sorted(CAMPAIGNS, key=lambda c: (not CAMPAIGNS[c].random, -found[c]))

    def run(self, command, fault):
        """(failed, what was printed); out of time is no failure."""
        def bound():  # processor time: how busy the machine is must not decide
            resource.setrlimit(resource.RLIMIT_CPU, (self.limit, self.limit + 5))

        done = subprocess.run([str(self.build / "tests" / command[0])] + command[1:],
                              env=dict(os.environ, LATCHKEY_MUTANT=fault),
                              capture_output=True, check=False, preexec_fn=bound)
        if done.returncode == -signal.SIGXCPU:
            return False, ""
        return done.returncode not in (0, SKIPPED), done.stdout.decode("utf-8", "replace")

    def passes(self, command):
        """Without any fault; asked once of each command."""
        key = tuple(command)
        with self.lock:
            known = self.sound.get(key)
        if known is None:
            known = not self.run(command, "")[0]
            with self.lock:
                self.sound[key] = known
        return known

    def find(self, name, first):
        """(campaign, seed) of the first that fails with the fault, or None."""
        if name in self.seeds:
            campaign, seed = self.seeds[name]
            one = CAMPAIGNS[campaign].one
            if one and self.run(one(seed), name)[0] and self.passes(one(seed)):
                return campaign, seed
        for campaign in [first] + [c for c in self.order if c != first]:
            for command in CAMPAIGNS[campaign].commands:
                failed, text = self.run(command, name)
                if not failed:
                    continue
                seed, again = self.narrow(campaign, command, text)
                if self.passes(again):
                    return campaign, seed
                self.unsound.add(" ".join(again))
        return None

    @staticmethod
    def narrow(campaign, command, text):
        """The seed that failed, and the command of it alone."""
        pattern = r": (\d+) requests in" if campaign == "differential" else r"seed (\d+)"
        seed = re.search(pattern, text)
        one = CAMPAIGNS[campaign].one
        return (seed.group(1), one(seed.group(1))) if one and seed else ("-", command)


def pick(rows, given):
    if given.names:
        return [r for r in rows if r[0] in given.names]
    turn = int(time.time() // 86400) if given.turn is None else given.turn
    if given.share > 1:
        print(f"turn {turn % given.share} of {given.share}")
    return rows[turn % given.share::given.share]


def remember(seeds):
    names = [name for name, _, _ in read_table("mutants.tsv", 3)]
    lines = ["# Where each fault was found last; hunt.py --remember writes it.",
             "# name, campaign, seed of that campaign"]
    lines += ["\t".join((name,) + seeds[name]) for name in names if name in seeds]
    (HERE / "seeds.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--turn", type=int)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--remember", action="store_true")
    parser.add_argument("names", nargs="*")
    given = parser.parse_intermixed_args()
    rows = read_table("mutants.tsv", 3)
    lost = unused(rows)
    if lost:
        sys.exit(f"nowhere in the program: {', '.join(lost)}")
    hunt = Hunt(given.build, given.limit,
                {name: (campaign, seed) for name, campaign, seed in read_table("seeds.tsv", 3)})
    begin = time.monotonic()
    wanted, killed = pick(rows, given), 0

    def one(row):
        start = time.monotonic()
        return row[0], hunt.find(row[0], row[1]), time.monotonic() - start

    with ThreadPoolExecutor(given.jobs) as pool:
        for done in as_completed([pool.submit(one, row) for row in wanted]):
            name, found, took = done.result()
            campaign, seed = found or ("", "")
            random = bool(found) and CAMPAIGNS[campaign].random
            state = "killed" if random else "NOT RANDOM" if found else "SURVIVED"
            print(f"{state:10} {name:34} {campaign:12} {seed:>6} {took:6.1f} s", flush=True)
            killed += random
            if random and seed != "-":
                hunt.seeds[name] = found
            else:
                hunt.seeds.pop(name, None)
            if given.remember:
                remember(hunt.seeds)
    for command in sorted(hunt.unsound):
        print(f"fails without any fault: {command}")
    print(f"killed {killed} of {len(wanted)} in {time.monotonic() - begin:.0f} s")
    sys.exit(0 if killed == len(wanted) and not hunt.unsound else 1)


if __name__ == "__main__":
    main()
