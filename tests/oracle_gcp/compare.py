#!/usr/bin/env python3
"""The engine and the oracle on seeded worlds: equal verdicts for every question, and lists
that have who may and nobody else.

usage: compare.py LATCHKEY [--worlds N] [--seed N] [--each N] [--questions N]
Worlds go into one store, --each at a time; what differs is printed with its world's seed.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

from oracle import questions, verdict
from world import World, predefined, write


def run(program, *arguments, accept=(0,)):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode not in accept:
        sys.exit(f"{' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def identity(who):
    if who == "public":
        return "internet"
    if who.endswith(".iam.gserviceaccount.com"):
        project = who.split("@")[1].split(".")[0]
        return f"//iam.googleapis.com/projects/{project}/serviceAccounts/{who}"
    return "gcp:user:" + who


def resource(world, thing):
    kind, holder, rest = thing
    return world.key(holder) + {"object": f"/objects/{rest}", "version": "/versions/1"}.get(
        kind, "")


def quote(word):
    return '"' + word + '"'


class Store:
    """One store of some worlds, and what is asked of it."""

    def __init__(self, program, worlds, directory):
        self.program, self.worlds = program, worlds
        self.path = directory + "/store"
        for w in worlds:
            write(w, f"{directory}/in/w{w.number}")
        with open(directory + "/in/roles.json", "w", encoding="utf-8") as f:
            json.dump([{"name": n, "title": "t", "includedPermissions": p}
                       for n, p in predefined().items()], f)
        run(program, "ingest", "-q", "--store", self.path, directory + "/in",
            accept=(0, 5))
        self.script, self.expected = [], []

    def ask(self, query, expected, what):
        self.script.append(query)
        self.expected.append((expected, what))

    def answers(self, directory):
        path = directory + "/script"
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(self.script) + "\n")
        out = run(self.program, "query", "--store", self.path, "-o", "ndjson", "-f", path,
                  accept=(0, 5))
        return [json.loads(line) for line in out.splitlines()]


def ask_pairs(store, most):
    for w in store.worlds:
        every = list(questions(w))
        if most and len(every) > most:
            every = w.random.sample(every, most)
        for who, permission, thing in every:
            store.ask(f"can {quote(identity(who))} {permission} {quote(resource(w, thing))} directly",
                      verdict(w, who, permission, thing),
                      (w.number, who, permission, resource(w, thing)))


def wrong_pairs(store, directory, most):
    ask_pairs(store, most)
    got = store.answers(directory)
    if len(got) != len(store.script):
        sys.exit(f"{len(store.script)} questions, {len(got)} answers")
    for line, (expected, what) in zip(got, store.expected):
        if line["verdict"] != expected:
            yield what, expected, line["verdict"]


def rows(store, query):
    """Verdict by key."""
    out = run(store.program, "query", "--store", store.path, "-o", "ndjson", query,
              accept=(0, 5))
    lines = [json.loads(line) for line in out.splitlines()]
    return {line["key"]: line["verdict"] for line in lines if "key" in line}


def wrong_lists(store):
    """who-can and what-can against the oracle's pairs. Others of the store may be let in
    by what is public; of them nothing is asked."""
    for w in store.worlds:
        truth = {}
        for who, permission, thing in questions(w):
            truth[(identity(who), permission, resource(w, thing), w.key(thing[1]))] = \
                verdict(w, who, permission, thing)
        whose = sorted({who for who, _, _, _ in truth} - {"internet"})
        for permission, key in sorted({(p, k) for _, p, k, _ in truth}):
            got = rows(store, f"who can {permission} {quote(key)} directly")
            for (who, p, k, _), v in truth.items():
                if (p, k) == (permission, key) and who in whose and \
                        got.get(who, "denied") != v:
                    yield (w.number, who, p, k), v, f"who: {got.get(who)}"
        for who in whose:
            yield from wrong_what(store, w, who, truth)


def wrong_what(store, w, who, truth):
    """Of what-can only whether a thing is there: it may be reached in part."""
    for permission in sorted({p for _, p, _, _ in truth}):
        got = rows(store, f"what can {quote(who)} {permission} directly")
        reached = {k for (x, p, _, k), v in truth.items()
                   if x == who and p == permission and v != "denied"}
        asked = {k for x, p, _, k in truth if x == who and p == permission}
        for key in sorted(asked):
            if key in reached and key not in got:
                yield (w.number, who, permission, key), "a row", "what: none"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--each", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=0, help="of each world; 0: all")
    parser.add_argument("--lists", type=int, default=0, help="worlds whose lists are asked")
    given = parser.parse_args()
    bad = asked = 0
    for first in range(0, given.worlds, given.each):
        numbers = range(first, min(first + given.each, given.worlds))
        with tempfile.TemporaryDirectory() as directory:
            os.makedirs(directory + "/in")
            store = Store(given.program, [World(given.seed, n) for n in numbers], directory)
            found = list(wrong_pairs(store, directory, given.questions))
            asked += len(store.script)
            store.worlds = store.worlds[:max(0, given.lists - first)]
            found += list(wrong_lists(store))
        for what, expected, got in found[:20]:
            print(f"seed {given.seed} world {what[0]}: {' '.join(map(str, what[1:]))}: "
                  f"expected {expected}, got {got}")
        bad += len(found)
    print(f"{given.worlds} worlds, {asked} questions, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
