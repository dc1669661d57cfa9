"""Engine against oracle on random tenants: compare.py LATCHKEY FIRST-SEED WORLDS

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
    asked = [(w, *p) for w in worlds for p in pairs(w, 10)]
    answers = ask(latchkey, store,
                  [f"can {key(w, who)} {op} '{place}' directly" for w, who, op, _, place in asked])
    assert len(answers) == len(asked), f"{len(answers)} answers to {len(asked)} questions"
    for (w, who, op, data, place), answer in zip(asked, answers):
        want = oracle.decide(w, who, op, data, place)
        if answer["verdict"] != want:
            yield w, f"can {who} {op} {place}", want, answer["verdict"]


def documents(text):
    """The JSON documents that follow each other in a text."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        document, at = decoder.raw_decode(text, at)
        yield document
        while at < len(text) and text[at].isspace():
            at += 1


def rows_of(latchkey, store, queries):
    out = run(latchkey, "--store", str(store), "-o", "json", "query", "-f", "-", text="\n".join(queries) + "\n")
    lists = [{row["key"].lower(): row["verdict"] for row in d["rows"]} for d in documents(out)]
    assert len(lists) == len(queries), f"{len(lists)} answers to {len(queries)} questions"
    return lists


def check_lists(latchkey, store, worlds):
    """Both directions of one operation: who can do it to a place, to what can one do it."""
    asked = [(w, *p) for w in worlds for p in pairs(w, 2)]
    whos = rows_of(latchkey, store, [f"who can {op} '{place}' directly" for _, _, op, _, place in asked])
    whats = rows_of(latchkey, store, [f"what can {key(w, who)} {op} directly" for w, who, op, _, _ in asked])
    for (w, who, op, data, place), by_place, by_who in zip(asked, whos, whats):
        for p in w.identities():
            want, got = oracle.listed(w, p, op, data, place), by_place.pop(key(w, p), "denied")
            if got != want:
                yield w, f"who can {op} {place}: {p}", want, got
        got, want = by_place.pop("anonymous callers", "denied"), oracle.anonymously(w, op, place)
        if (got == "unknown") != (want == "unknown"):
            yield w, f"who can {op} {place}: anonymous callers", want, got
        for k in by_place:
            if (want != "allowed" and k.startswith("azure:") and k.split("/")[1] not in w.groups
                    and by_place[k] != "unknown"):
                yield w, f"who can {op} {place}: {k}", "nobody of the tenant", by_place[k]
        kinds = next(k for o, _, k in QUESTIONS if o == op)
        for k, kind in w.kind.items():
            if kind not in kinds:
                continue
            want, got = oracle.listed(w, who, op, data, k), by_who.get(k.lower(), "denied")
            if got != want:
                yield w, f"what can {who} {op}: {k}", want, got


def main():
    latchkey, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
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
            for check in (check_pairs, check_lists):
                for w, question, want, got in check(latchkey, store, worlds):
                    wrong += 1
                    print(f"seed {by_world[w]}: {question}: {want} by the oracle, {got} by the engine")
        asked += len(worlds)
    print(f"{asked} worlds, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
