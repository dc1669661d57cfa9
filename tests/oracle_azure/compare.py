"""Engine against oracle on random tenants: compare.py LATCHKEY FIRST-SEED WORLDS [LISTED]

LISTED: of how many worlds a batch the lists of both directions are compared, too.

Every world's tenant goes into one store, so that tenants also must not leak into each
other. Exit status 1 with the seed and the question of each difference.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import oracle
from world import QUESTIONS, World

BATCH = 50


def run(latchkey, *args, text=None):
    done = subprocess.run([latchkey, *args], input=text, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(args)}: {done.stderr}")
    return done.stdout


def key(world, who):
    return f"azure:{world.tenant}/{who}"


def ask(latchkey, store, queries):
    """One line of answer per `can`; of the others all their rows, as one object."""
    script = "\n".join(queries) + "\n"
    out = run(latchkey, "--store", str(store), "-o", "ndjson", "query", "-f", "-", text=script)
    return [json.loads(line) for line in out.splitlines()]


def pairs(world, count):
    r = world.random
    for _ in range(count):
        operation, data, kinds = r.choice(QUESTIONS)
        places = [k for k, kind in world.kind.items() if kind in kinds]
        if places:
            yield r.choice(world.identities()), operation, data, r.choice(places)


def check_pairs(latchkey, store, worlds):
    asked = [(w, *p) for w in worlds for p in pairs(w, 25)]
    answers = ask(latchkey, store,
                  [f"can {key(w, who)} {op} '{place}' directly" for w, who, op, _, place in asked])
    assert len(answers) == len(asked), f"{len(answers)} answers to {len(asked)} questions"
    for (w, who, op, data, place), answer in zip(asked, answers):
        want = oracle.decide(w, who, op, data, place)
        if answer["verdict"] != want:
            yield w, f"can {who} {op} {place}", want, answer["verdict"]


def rows_of(latchkey, store, query):
    out = run(latchkey, "--store", str(store), "-o", "json", "query", query)
    return {row["key"].lower(): row["verdict"] for row in json.loads(out)["rows"]}


def check_lists(latchkey, store, worlds):
    """Both directions of one operation: who can do it to a place, to what can one do it."""
    for w in worlds:
        for who, op, data, place in pairs(w, 2):
            got = rows_of(latchkey, store, f"who can {op} '{place}' directly")
            everyone = {key(w, p): oracle.decide(w, p, op, data, place) for p in w.identities()}
            for p, want in everyone.items():
                if got.get(p, "denied") != want:
                    yield w, f"who can {op} {place}: {p}", want, got.get(p, "denied")
            kinds = next(k for o, _, k in QUESTIONS if o == op)
            got = rows_of(latchkey, store, f"what can {key(w, who)} {op} directly")
            for k, kind in w.kind.items():
                if kind not in kinds:
                    continue
                want = oracle.decide(w, who, op, data, k)
                if got.get(k.lower(), "denied") != want:
                    yield w, f"what can {who} {op}: {k}", want, got.get(k.lower(), "denied")


def main():
    latchkey, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    listed = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    wrong = asked = 0
    for begin in range(first, first + count, BATCH):
        seeds = range(begin, min(begin + BATCH, first + count))
        worlds = [World(s) for s in seeds]
        by_world = dict(zip(worlds, seeds))
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            for s, w in zip(seeds, worlds):
                w.write(folder / "in" / str(s))
            store = folder / "store"
            run(latchkey, "--store", str(store), "ingest", str(folder / "in"))
            for check, some in ((check_pairs, worlds), (check_lists, worlds[:listed])):
                for w, question, want, got in check(latchkey, store, some):
                    wrong += 1
                    print(f"seed {by_world[w]}: {question}: {want} by the oracle, {got} by the engine")
        asked += len(worlds)
    print(f"{asked} worlds, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
