#!/usr/bin/env python3
"""The engine and the oracle on seeded worlds: equal verdicts for every question, and lists
that have who may and what may be reached, and nobody and nothing else.

usage: compare.py LATCHKEY [--worlds N] [--seed N] [--first N] [--each N] [--questions N]
Worlds go into one store, --each at a time; what differs is printed with its world's seed.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

from oracle import BEST, closure, identities, objects, questions, verdict
from world import PERMISSIONS, World, predefined, write

# Somebody of another cloud, who is let in with everybody: an account of AWS.
ACCOUNT = "arn:aws:iam::111122223333:"
ALIENS = [ACCOUNT + "root", ACCOUNT + "user/eve"]
ALIEN = {"UserDetailList": [{"UserName": "eve", "Path": "/", "UserId": "AIDAEVE",
                             "Arn": ALIENS[1]}],
         "GroupDetailList": [], "RoleDetailList": [], "Policies": []}


def run(program, *arguments, accept=(0,)):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode not in accept:
        sys.exit(f"{' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def identity(who):
    if who == "public":
        return who
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
        self.program, self.worlds, self.directory = program, worlds, directory
        self.path = directory + "/store"
        self.asked = 0
        for w in worlds:
            write(w, f"{directory}/in/w{w.number}")
        with open(directory + "/in/roles.json", "w", encoding="utf-8") as f:
            json.dump([{"name": n, "title": "t", "includedPermissions": p}
                       for n, p in predefined().items()], f)
        with open(directory + "/in/aws.json", "w", encoding="utf-8") as f:
            json.dump(ALIEN, f)
        run(program, "ingest", "-q", "--store", self.path, directory + "/in",
            accept=(0, 5))

    def answers(self, queries):
        """One of each query."""
        path = self.directory + "/script"
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(queries) + "\n")
        out = run(self.program, "query", "--store", self.path, "-o", "json", "-f", path,
                  accept=(0, 5))
        out = [a for a in re.split(r'^(?=\{"query":)', out, flags=re.M) if a]
        if len(out) != len(queries):
            sys.exit(f"{len(queries)} questions, {len(out)} answers")
        self.asked += len(queries)
        return [json.loads(answer) for answer in out]


# What follows asks of a store: the questions, then, sent the answers, what differs. All of
# one store are one run of the program, most of whose time is its start.
def wrong_pairs(store, most):
    asked, expected = [], []
    for w in store.worlds:
        every = list(questions(w))
        if most and len(every) > most:
            every = w.random.sample(every, most)
        for who, permission, thing in every:
            asked.append(f"can {quote(identity(who))} {permission} "
                         f"{quote(resource(w, thing))} directly")
            expected.append((verdict(w, who, permission, thing),
                             (w.number, who, permission, resource(w, thing))))
    answers = yield asked
    for answer, (right, what) in zip(answers, expected):
        if answer["verdict"] != right:
            yield what, right, answer["verdict"]


def matches(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None


class Truth:
    """What the oracle says of one world, by what the engine would list."""

    def __init__(self, world):
        self.world = world
        self.keys = {world.key(holder) for holder in world.holders()}
        self.object = world.random.choice(objects(world))
        self.negates = any("!" in b.get("condition", {}).get("expression", "")
                           for bindings in world.allow.values() for b in bindings)
        # (permission, holder's key) or (permission, key of one thing): {who: verdict}
        self.who = collections.defaultdict(dict)
        # (who, permission): {holder's key: verdict}
        self.what = collections.defaultdict(dict)
        # (who, permission, holder's key): {key of one thing: verdict}
        self.part = collections.defaultdict(dict)
        for who, permission, thing in questions(world):
            self.add(who, permission, thing, verdict(world, who, permission, thing))
        # who is of no part of this world is let in with everybody or not at all
        self.stranger = collections.defaultdict(lambda: "denied")
        for who, permission, thing in questions(world, ["stranger@nowhere.example"]):
            for key in {world.key(thing[1]), resource(world, thing)}:
                self.stranger[permission, key] = max(
                    self.stranger[permission, key], verdict(world, who, permission, thing),
                    key=BEST.index)

    def add(self, who, permission, thing, right):
        key, one, me = self.world.key(thing[1]), resource(self.world, thing), identity(who)
        # who can is asked about whole things, and about one object of each bucket
        for k in {key, one} if thing[0] != "object" or thing[2] == self.object else {key}:
            of = self.who[permission, k]
            of[me] = max(of.get(me, "denied"), right, key=BEST.index)
        of = self.what[me, permission]
        of[key] = max(of.get(key, "denied"), right, key=BEST.index)
        self.part[me, permission, key][one] = right


def differences(right, got):
    right = {key: v for key, v in right.items() if v != "denied"}
    for key in () if right == got else sorted(set(right) | set(got)):
        if right.get(key, "denied") != got.get(key, "denied"):
            yield key, right.get(key, "denied"), got.get(key, "no row")


def wrong_who(truths, everybody):
    asked, expected = [], []
    for t in truths:
        for (permission, key), right in sorted(t.who.items()):
            asked.append(f"who can {permission} {quote(key)} directly")
            expected.append((t, permission, key, right))
    answers = yield asked
    for answer, (t, permission, key, right) in zip(answers, expected):
        got = {row["key"]: row["verdict"] for row in answer["rows"]}
        right = {**dict.fromkeys(everybody, t.stranger[permission, key]),
                 **dict.fromkeys(ALIENS, right["public"]), **right}
        for who, expect, found in differences(right, got):
            yield (t.world.number, who, permission, key), expect, f"who: {found}"


def wrong_what(truths):
    asked, expected = [], []
    public = collections.defaultdict(dict)
    for t in truths:
        for (permission, key), v in t.stranger.items():
            if v != "denied" and key in t.keys:
                public[permission][key] = v
    for t in truths:
        for (who, permission), right in sorted(t.what.items()):
            if who != "public":
                asked.append(f"what can {quote(who)} {permission} directly")
                expected.append((t, who, permission, right))
    answers = yield asked
    for answer, (t, who, permission, right) in zip(answers, expected):
        rows = {row["key"]: row for row in answer["rows"]}
        got = {key: row["verdict"] for key, row in rows.items()}
        right = {**{k: v for k, v in public[permission].items() if k not in t.keys}, **right}
        for key, expect, found in differences(right, got):
            yield (t.world.number, who, permission, key), expect, f"what: {found}"
        yield from wrong_parts(t, who, permission, rows)


def wrong_alien(truths):
    asked = [f"what can {quote(ALIENS[1])} {p} directly" for p in sorted(PERMISSIONS)]
    answers = yield asked
    for answer, permission in zip(answers, sorted(PERMISSIONS)):
        got = {row["key"]: row["verdict"] for row in answer["rows"]}
        right = {key: v for t in truths for key, v in t.what["public", permission].items()}
        for key, expect, found in differences(right, got):
            yield (0, ALIENS[1], permission, key), expect, f"what: {found}"


def wrong_parts(t, who, permission, rows):
    """The patterns of a row are what is reached in it; what is taken out of a pattern
    they do not tell."""
    for key, row in rows.items():
        for one, right in t.part.get((who, permission, key), {}).items():
            reached = any(matches(p, one) for p in row["resources"])
            if reached != (right != "denied") and not (reached and t.negates):
                yield (t.world.number, who, permission, one), right, \
                    f"what: {row['resources']}"


def wrong_hops(store):
    """Whom one can become and who can become one, over all hops, against the closure."""
    into, onto = collections.defaultdict(dict), collections.defaultdict(dict)
    asked, expected = [], []
    for w in store.worlds:
        for who in identities(w):
            for account, v in closure(store.worlds, who).items():
                into[identity(who)][identity(account)] = v
                onto[identity(account)][identity(who)] = v
    for w in store.worlds:
        for who in identities(w)[:-1]:
            me = identity(who)
            asked.append(f"what can {quote(me)} become")
            expected.append((w.number, "what can", me, into[me]))
            if who in w.accounts:
                asked.append(f"who can become {quote(me)}")
                expected.append((w.number, "who can become", me, onto[me]))
    answers = yield asked
    for answer, (number, how, me, right) in zip(answers, expected):
        got = {row["key"]: row["verdict"] for row in answer["rows"]
               if row["key"] not in ALIENS}
        for key, expect, found in differences(right, got):
            yield (number, how, me, key), expect, found


def wrong(store, most, lists):
    """All that differs of a store."""
    checks = [wrong_pairs(store, most)]
    if lists:
        truths = [Truth(w) for w in store.worlds]
        everybody = {identity(who) for w in store.worlds for who in identities(w)} - {"public"}
        checks += [wrong_who(truths, everybody), wrong_what(truths), wrong_alien(truths),
                   wrong_hops(store)]
    asked = [next(check) for check in checks]
    answers = iter(store.answers([query for queries in asked for query in queries]))
    for check, queries in zip(checks, asked):
        try:
            yield check.send([next(answers) for _ in queries])
        except StopIteration:
            continue
        yield from check


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--each", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=0, help="of each world; 0: all")
    parser.add_argument("--no-lists", action="store_true")
    given = parser.parse_args()
    bad = asked = 0
    last = given.first + given.worlds
    for first in range(given.first, last, given.each):
        numbers = range(first, min(first + given.each, last))
        with tempfile.TemporaryDirectory() as directory:
            os.makedirs(directory + "/in")
            store = Store(given.program, [World(given.seed, n) for n in numbers], directory)
            found = list(wrong(store, given.questions, not given.no_lists))
            asked += store.asked
        for what, expected, got in found[:max(0, 20 - bad)]:
            print(f"seed {given.seed} world {what[0]}: {' '.join(map(str, what[1:]))}: "
                  f"expected {expected}, got {got}")
        bad += len(found)
    print(f"{given.worlds} worlds, {asked} questions, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
