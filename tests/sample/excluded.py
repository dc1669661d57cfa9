#!/usr/bin/env python3
"""What "what can" excludes "who can" excludes: excluded.py LATCHKEY ORGANIZATION [--one-of N]

Every pair of an identity and an entity whose grant a deny or a ceiling stops is told by both
questions. Groups and policies are nobody: only "what can" answers for them. --one-of N: of each kind of entity
one in N.
"""
import argparse
import collections
import json
import subprocess
import sys
import tempfile


def ask(program, store, question):
    run = subprocess.run([program, "query", "--store", store, "-o", "json", question], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{question}: {run.stderr}")
    return json.loads(run.stdout)


def pairs(answer):
    return [(x["key"], x["other"]) for x in answer["excluded"]]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program")
    arguments.add_argument("organization")
    arguments.add_argument("--one-of", type=int, default=1)
    a = arguments.parse_args()
    with tempfile.TemporaryDirectory() as store:
        subprocess.run([a.program, "ingest", "-q", "--store", store, a.organization], check=True)
        kinds = collections.defaultdict(list)
        for row in ask(a.program, store, "find *")["rows"]:
            kinds[row["kind"]].append(row["key"])
        entities = [key for keys in kinds.values() for key in keys[::a.one_of]]
        what, who = [], []
        for key in entities:
            what += [(other, key) for key, other in pairs(ask(a.program, store, f"what can '{key}' access directly"))]
            who += pairs(ask(a.program, store, f"who can access '{key}' directly"))
    asked = set(entities)
    nobody = {key for kind, keys in kinds.items() if kind.endswith((":group", ":policy")) for key in keys}
    what = set(p for p in what if set(p) <= asked and p[0] not in nobody)
    who = set(p for p in who if set(p) <= asked)
    if not what:
        sys.exit("nothing is excluded: the test says nothing")
    for name, one, other in (("what can", what, who), ("who can", who, what)):
        for subject, entity in sorted(one - other)[:10]:
            print(f"told by '{name}' alone: {subject} on {entity}")
    print(f"{len(what)} pairs of {len(entities)} entities")
    return what != who


if __name__ == "__main__":
    sys.exit(main())
