"""The page of published ways against the rules and their worlds: hop_list.py LATCHKEY PAGE

Each row names rules that exist and have a world, or says why there is none; each rule of
AWS and Azure is named by a row; no published id is missing.
"""
import json
import pathlib
import re
import subprocess
import sys

import azure_worlds

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "oracle_azure"))
import traps  # noqa: E402

# How many ids the paths of each service have: the numbers run from 001 without a gap.
PATHS = {"apprunner": 2, "bedrock": 2, "cloudformation": 5, "codebuild": 4, "datapipeline": 1, "ec2": 5, "ecs": 9,
         "glue": 7, "iam": 21, "lambda": 6, "sagemaker": 5, "ssm": 2, "sts": 1}
ALONE = {"ec2instanceconnect-003"}


def sections(text):
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        rows = [[c.strip() for c in line.strip("|").split(" | ")] for line in part.splitlines() if line.startswith("| ")]
        yield part.splitlines()[0], [(r[0], r[1], r[2].strip("| ") if len(r) > 2 else "") for r in rows[1:]]


def worlds():
    """Rules that have one."""
    lines = (HERE / "aws.worlds").read_text().splitlines()
    return ({line.split()[0] for line in lines if line and not line.startswith(("#", "-"))}
            | set(azure_worlds.ROWS))


def ids_of(rows, pattern):
    return {m.group() for name, _, _ in rows for m in [re.match(pattern, name)] if m}


def missing(found):
    """Published ids that no row has."""
    want = {f"{s}-{n:03}" for s, count in PATHS.items() for n in range(1, count + 1)} | ALONE
    yield from (f"pathfinding.cloud: {i}" for i in sorted(want ^ ids_of(found["AWS: pathfinding.cloud"], r".*")))
    if len(want) != 65 + 6:
        yield f"{len(want)} ids, not 71"
    want = {f"A{n}" for n in range(1, 32)} | {f"E{n}" for n in range(1, 8)}
    yield from (f"Azure: {i}" for i in sorted(want ^ ids_of(found["Azure"], r"[AE]\d+")))


def main():
    latchkey, page = sys.argv[1:]
    out = subprocess.run([latchkey, "-o", "json", "rules"], capture_output=True, text=True, check=True).stdout
    rules, has_world = {r["id"] for r in json.loads(out)["rows"]}, worlds()
    found = dict(sections(pathlib.Path(page).read_text()))
    wrong, named = [f"{m} has no row, or is none" for m in missing(found)], set()
    for section, rows in found.items():
        for name, ids, why in rows:
            listed = [] if ids == "-" else ids.split(", ")
            named |= set(listed)
            wrong += [f"{section}: {name}: no rule '{i}'" for i in listed if i not in rules]
            wrong += [f"{section}: {name}: rule '{i}' has no world" for i in listed if i in rules - has_world]
            wrong += [f"{section}: {name}: no test '{t}'" for t in re.findall(r"\b[a-z]+(?:_[a-z]+){2,}\b", why)
                      if t not in traps.TRAPS]
            if not listed and not why:
                wrong.append(f"{section}: {name}: neither rules nor a reason")
    wrong += [f"rule '{r}' is in no row" for r in sorted(rules - named) if not r.startswith("gcp-")]
    print("\n".join(wrong + [f"{sum(map(len, found.values()))} rows, {len(named)} rules, {len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
