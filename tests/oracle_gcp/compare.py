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

from oracle import questions, things, verdict
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


def wrong_lists(store, directory):
    """who-can and what-can against the oracle's pairs."""
    truth = {}
    for w in store.worlds:
        for who, permission, thing in questions(w):
            v = verdict(w, who, permission, thing)
            if v != "denied":
                truth[(identity(who), permission, resource(w, thing))] = v
    for w in store.worlds:
        for thing in things(w):
            key = resource(w, thing)
            permissions = sorted({p for _, p, t in questions(w) if t == thing})
            for permission in permissions:
                yield from wrong_who(store, w, permission, key, truth)
    del directory


def wrong_who(store, w, permission, key, truth):
    out = run(store.program, "query", "--store", store.path, "-o", "ndjson",
              f"who can {permission} {quote(key)} directly", accept=(0, 5))
    got = {}
    for line in out.splitlines():
        row = json.loads(line)
        if "key" in row:
            got[row["key"]] = row["verdict"]
    for (who, p, k), v in truth.items():
        if p == permission and k == key and who != "internet" and got.get(who) != v:
            yield (w.number, who, permission, key), v, "who: " + str(got.get(who))
    for who, v in got.items():
        if who.startswith(("gcp:user:", "//iam.")) and (who, permission, key) not in truth:
            yield (w.number, who, permission, key), "denied", "who: " + v


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
            if first < given.lists:
                found += list(wrong_lists(store, directory))
        for what, expected, got in found[:20]:
            print(f"seed {given.seed} world {what[0]}: {' '.join(map(str, what[1:]))}: "
                  f"expected {expected}, got {got}")
        bad += len(found)
    print(f"{given.worlds} worlds, {asked} questions, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
