"""Over hops, both ways: directions.py LATCHKEY FIRST-SEED TENANTS

Y is what X can access exactly when X is among those who can access Y, with equal verdict,
path and levels: for all identities and all things of small random tenants (those of
benchmarks/tenant.py). The hops are compared with what each rule says in tests/rules.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))
import tenant  # noqa: E402


def run(latchkey, *args, text=None):
    done = subprocess.run([latchkey, *map(str, args)], input=text, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, args))}: {done.stderr}")
    return done.stdout


def texts(out):
    decoder, at = json.JSONDecoder(), 0
    while at < len(out.rstrip()):
        document, at = decoder.raw_decode(out, at)
        yield document
        while at < len(out) and out[at].isspace():
            at += 1


def ask(latchkey, store, queries):
    out = run(latchkey, "--store", store, "-o", "json", "query", "-f", "-", text="\n".join(queries) + "\n")
    answers = list(texts(out))
    assert len(answers) == len(queries), f"{len(answers)} answers to {len(queries)} questions"
    return [a["rows"] for a in answers]


def part(row):
    return row["path"], row["verdict"], tuple(row["levels"]), row["hops"]


def listed(rows):
    found = {}
    for row in rows:
        found.setdefault(row["key"], []).append(part(row))
    return {k: sorted(v) for k, v in found.items()}


def check(latchkey, seed, folder):
    tenant.Tenant(folder / "in", 40, 40, 40, seed)
    store = folder / "store"
    run(latchkey, "--store", store, "ingest", folder / "in")
    kinds = ["azure:entra:user", "azure:entra:service-principal"]
    people = [r["key"] for rows in ask(latchkey, store, [f"kind:{k}" for k in kinds]) for r in rows]
    things = sorted({r["key"] for rows in ask(latchkey, store, [f"kind:{k}" for k in (
        "azure:storage:account", "azure:keyvault:vault", "azure:compute:vm", "azure:web:site",
        "azure:resources:resource-group", "azure:entra:service-principal")]) for r in rows})
    what = [listed(rows) for rows in ask(latchkey, store, [f"what can '{x}' access" for x in people])]
    who = [listed(rows) for rows in ask(latchkey, store, [f"who can access '{y}'" for y in things])]
    pairs = hops = 0
    for x, mine in zip(people, what):
        for y, theirs in zip(things, who):
            a, b = mine.get(y, []), theirs.get(x, [])
            pairs += bool(a)
            hops += any(p[0] == "indirect" for p in a)
            if a != b:
                yield f"{x} and {y}: {a} in what can, {b} in who can"
    print(f"seed {seed}: {len(people)} identities, {len(things)} things, {pairs} pairs, {hops} over hops")
    if hops == 0:
        yield "no pair is over hops"


def main():
    latchkey, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wrong = 0
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as temporary:
            for difference in check(latchkey, seed, pathlib.Path(temporary)):
                wrong += 1
                print(f"seed {seed}: {difference}")
    print(f"{count} tenants, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
